import t from "tap";
import { run } from "../helpers/child.js";

t.test("examples/basic.mjs streams a story", async (t) => {
  const ended = await run("examples/basic.mjs");
  t.match(ended, { code: 0, stderr: "", stdout: /\n\n\d\.\d\d tokens per pass of the target\n$/ });
});

t.test("examples/commonjs.cjs prints one", async (t) => {
  const ended = await run("examples/commonjs.cjs");
  t.match(ended, { code: 0, stderr: "", stdout: /^.{100,}\n$/s });
});
