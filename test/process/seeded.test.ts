import t from "tap";
import { run } from "../helpers/child.js";

t.test("seeded runs repeat to the last token in another process, also on a busy machine", async (t) => {
  const [quiet, busy] = await Promise.all([
    run("test/fixtures/process/seeded.mjs"),
    run("test/fixtures/process/seeded.mjs", ["busy"]),
  ]);
  t.match(quiet, { code: 0, stderr: "" });
  t.match(busy, { code: 0, stderr: "" });
  t.equal(quiet.stdout.trim().split("\n").length, 12);
  t.equal(busy.stdout, quiet.stdout);
});
