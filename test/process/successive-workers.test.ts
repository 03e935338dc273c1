import t from "tap";
import { run } from "../helpers/child.js";

for (const work of ["generating", "loading", "exiting", "abandoning", "closing", "finishing"]) {
  t.test(`threads one after another, each the only one with the addon: ${work}`, async (t) => {
    const ended = await run("test/fixtures/process/successive-workers.mjs", [work]);
    t.match(ended, { hung: false, code: 0, signal: null, stdout: "four threads\n", stderr: "" });
  });
}
