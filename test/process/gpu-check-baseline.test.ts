/** The comparison of scripts/gpu-check.mjs with llama.cpp's llama-bench, which a script stands in for. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import t from "tap";
import { compareBaselines } from "../../scripts/gpu-check/baseline.mjs";

const root = fileURLToPath(new URL("../../", import.meta.url));
const model = join(root, "models", "fable-1m.f16.gguf");

/** What stands in for llama-bench; it writes down how it was called. */
function standIn(folder: string, body: string) {
  const program = join(folder, "llama-bench");
  writeFileSync(program, `#!/bin/sh\necho "$*" >> "${folder}/calls"\n${body}\n`, { mode: 0o755 });
  return program;
}

const check = {
  ...{ root, dryRun: true, cpu: true, architectures: "90", llamaBench: null },
  deadline: Date.now() + 60_000,
  say: () => {},
};

t.test("has both speeds of every turn, their medians and the median of their ratios", async (t) => {
  const folder = t.testdir();
  const program = standIn(folder, `echo '[{"avg_ts": 125.5}]'`);
  const result = await compareBaselines(check, { program, models: [model], tokens: 8, turns: 2 });
  const measured = result["fable-1m.f16.gguf"];
  if (measured === undefined) throw new Error("the model was not measured");
  const { runs, ratio, tokensPerSecond, tokens } = measured;
  t.equal(tokens, 8);
  t.strictSame(runs.llamaCpp, [125.5, 125.5]);
  const [a = 0, b = 0] = runs.foretoken;
  t.ok(a > 0 && b > 0, `${runs.foretoken}`);
  t.strictSame(tokensPerSecond, { foretoken: (a + b) / 2, llamaCpp: 125.5 });
  t.equal(ratio, (a / 125.5 + b / 125.5) / 2);
  t.match(
    readFileSync(join(folder, "calls"), "utf8"),
    /^-m .*fable-1m.f16.gguf -p 0 -n 8 -t \d+ -fa 1 -ngl 0 /m,
  );
});

t.test("a llama-bench that fails is told with what it said", async (t) => {
  const program = standIn(t.testdir(), "echo 'no such device' >&2; exit 3");
  await t.rejects(compareBaselines(check, { program, models: [model], tokens: 8, turns: 1 }), {
    message: /llama-bench ended with 3:\nno such device/,
  });
});
