import t from "tap";
import { cli } from "../helpers/cli.js";
import { editTexts, rewrite } from "../helpers/gguf.js";

t.test("a usable draft", async (t) => {
  t.match(await cli(["check", "fable-17m", "fable-1m"]), {
    code: 0,
    stdout: "identical (4096 tokens compared)\n",
    stderr: "",
  });
  const { code, stdout } = await cli(["check", "--json", "fable-17m", "fable-5m"]);
  t.equal(code, 0);
  t.match(JSON.parse(stdout), { verdict: "identical", mismatches: [], fix: null });
});

t.test("an unusable one", async (t) => {
  const other = rewrite("fable-1m", `${t.testdir()}/other.gguf`, (gguf) =>
    editTexts(gguf, (texts) => texts.map((text, i) => (i >= 4000 ? `${text}x` : text))),
  );
  const shown = await cli(["check", "--limit", "2", "fable-17m", other]);
  t.match(shown, {
    code: 1,
    stdout:
      /^incompatible \(4096 tokens compared\)\n {2}token 4000 is .*\n.*\n {2}94 more of 4096 tokens differ/,
  });
  const { code, stdout } = await cli(["check", "--json", "fable-17m", other]);
  t.equal(code, 1);
  t.match(JSON.parse(stdout), { verdict: "incompatible", differingTokens: 96, mismatches: { length: 16 } });
});

t.test("devices", async (t) => {
  const { code, stdout } = await cli(["devices", "--json"]);
  t.equal(code, 0);
  t.match(JSON.parse(stdout), [{ name: "CPU", type: "cpu", memoryTotal: Number }]);
  t.match(await cli(["devices"]), { code: 0, stdout: /CPU/ });
});
