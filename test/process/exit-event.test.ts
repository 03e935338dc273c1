import t from "tap";
import { run } from "../helpers/child.js";

t.test("an engine closed by the exit listener and collected leaves no teardown hook behind", async (t) => {
  const ended = await run("test/fixtures/process/exit-event.mjs", [], {
    nodeFlags: ["--expose-gc"],
    env: { MALLOC_PERTURB_: "165" }, // what is freed is overwritten
  });
  t.match(ended, { hung: false, code: 0, signal: null, stderr: "" });
  t.equal(ended.stdout, "aborted\nexit 0\n".repeat(3));
});
