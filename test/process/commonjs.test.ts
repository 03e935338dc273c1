import t from "tap";
import { run } from "../helpers/child.js";

const require = (nodeFlags: string[]) => run("test/fixtures/process/require.cjs", [], { nodeFlags });
const canRequire = process.features.require_module === true;

t.test("require gives the API where Node can require ES modules", { skip: !canRequire }, async (t) => {
  t.match(await require(["--no-warnings"]), { code: 0, stdout: "function\n", stderr: "" });
});

t.test("elsewhere it says what works", async (t) => {
  const flags = canRequire ? ["--no-experimental-require-module"] : [];
  const { stdout } = await require(flags);
  t.match(
    stdout,
    /^require\("foretoken"\) needs Node 20\.19 or 22\.12.* this is v\d+.*await import\("foretoken"\)/,
  );
});
