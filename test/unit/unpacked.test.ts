import t from "tap";
import { unpacked } from "../../lib/unpacked.js";

t.test("in Electron a file of an archive is opened beside it", async (t) => {
  const inside = "/opt/App/resources/app.asar/node_modules/foretoken/models/";
  t.equal(unpacked(inside, true), "/opt/App/resources/app.asar.unpacked/node_modules/foretoken/models/");
  t.equal(
    unpacked(String.raw`C:\App\app.asar\models\x`, true),
    String.raw`C:\App\app.asar.unpacked\models\x`,
  );
});

t.test("paths outside an archive, and all outside Electron, stay", async (t) => {
  t.equal(unpacked("/opt/app.asar.unpacked/models/", true), "/opt/app.asar.unpacked/models/");
  t.equal(unpacked("/home/x.asarb/models/", true), "/home/x.asarb/models/");
  t.equal(unpacked("/home/app.asar/models/"), "/home/app.asar/models/");
});
