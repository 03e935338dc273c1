import t from "tap";
import { run } from "../helpers/child.js";

t.test("requests leave no memory behind: the resident size stays within 2%", async (t) => {
  const ended = await run("test/fixtures/process/many-requests.mjs", ["2000"], {
    nodeFlags: ["--expose-gc"],
  });
  t.match(ended, { hung: false, code: 0, stderr: "" });
  const growth = Number(ended.stdout);
  t.ok(growth > 0.5 && growth < 1.02, `${growth} of what it was after a quarter`);
});
