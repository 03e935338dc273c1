/** `draft.quantize`: smaller weights for the draft, the target's own text. */
import { copyFileSync, readdirSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import t, { type Test } from "tap";
import { EMBEDDED_MODELS } from "../../lib/model-files.js";
import { fable, ids, prompts } from "../helpers/fable.js";

const MODELS = fileURLToPath(new URL("../../models/", import.meta.url));

/** A models folder for this test alone; the folder of the copies in it. */
function modelsFolder(t: Test): string {
  const before = process.env.FORETOKEN_MODELS;
  process.env.FORETOKEN_MODELS = t.testdir();
  t.teardown(() => {
    if (before === undefined) delete process.env.FORETOKEN_MODELS;
    else process.env.FORETOKEN_MODELS = before;
  });
  return join(t.testdirName, "quantized");
}

t.test("the text is the target's own, and the draft agrees as it did", async (t) => {
  modelsFolder(t);
  const draft = { model: "fable-5m", policy: "fixed" } as const;
  const whole = await fable(t, { draft });
  for (const quantize of ["q8_0", "q4_k_m"] as const) {
    const pair = await fable(t, { draft: { ...draft, quantize } });
    const bytes = (pair.draft?.weightBytes ?? 0) / (whole.draft?.weightBytes ?? 1);
    t.ok(bytes < 0.6, `${quantize} has ${bytes.toFixed(2)} of the bytes`);
    let [agreement, agreementOfWhole] = [0, 0];
    for (const prompt of prompts.slice(0, 4)) {
      const options = { maxTokens: 48, ignoreEnd: true };
      const plain = await pair.complete(prompt, { ...options, draft: false });
      const drafted = await pair.complete(prompt, options);
      t.strictSame(ids(drafted), ids(plain), prompt);
      agreement += drafted.stats.agreement ?? 0;
      agreementOfWhole += (await whole.complete(prompt, options)).stats.agreement ?? 0;
    }
    t.ok(agreement > agreementOfWhole - 0.4, `${agreement / 4} instead of ${agreementOfWhole / 4}`);
  }
});

t.test("a copy is made once for the same bytes, whatever the file is called", async (t) => {
  const folder = modelsFolder(t);
  const other = join(t.testdirName, "another-name.gguf");
  copyFileSync(MODELS + EMBEDDED_MODELS["fable-1m"]?.file, other);
  await fable(t, { draft: { model: "fable-1m", quantize: "q8_0" } });
  const [copy = "", ...more] = readdirSync(folder);
  t.strictSame(more, []);
  t.equal(copy, `${EMBEDDED_MODELS["fable-1m"]?.sha256}.q8_0.gguf`);
  const made = statSync(join(folder, copy)).mtimeMs;
  await fable(t, { draft: { model: other, quantize: "q8_0" } });
  t.strictSame(readdirSync(folder), [copy]);
  t.equal(statSync(join(folder, copy)).mtimeMs, made);
});

t.test("a target drafts for itself with smaller weights", async (t) => {
  modelsFolder(t);
  const pair = await fable(t, { draft: { model: "fable-17m", quantize: "q8_0", policy: "fixed" } });
  const { stats } = await pair.complete("Once upon a time", { maxTokens: 64, ignoreEnd: true });
  t.ok((stats.agreement ?? 0) > 0.9, String(stats.agreement));
});

t.test("what is quantised already is refused, and nothing is left of the attempt", async (t) => {
  const folder = modelsFolder(t);
  await fable(t, { draft: { model: "fable-1m", quantize: "q4_0" } });
  const [copy = ""] = readdirSync(folder);
  await t.rejects(fable(t, { draft: { model: join(folder, copy), quantize: "q8_0" } }), {
    code: "QUANTIZE_FAILED",
    message: /f32, f16 or bf16/,
  });
  t.strictSame(readdirSync(folder), [copy]);
});

t.test("what a killed process had begun to write is removed", async (t) => {
  const folder = modelsFolder(t);
  await fable(t, { draft: { model: "fable-1m", quantize: "q8_0" } });
  writeFileSync(join(folder, "x.q8_0.gguf.host.1-00000000.partial"), "");
  utimesSync(join(folder, "x.q8_0.gguf.host.1-00000000.partial"), 0, 0);
  await fable(t, { draft: { model: "fable-1m", quantize: "q4_0" } });
  t.equal(readdirSync(folder).length, 2);
});

t.test("an aborted load makes no copy", async (t) => {
  const folder = modelsFolder(t);
  const signal = AbortSignal.abort();
  await t.rejects(fable(t, { draft: { model: "fable-1m", quantize: "q8_0" }, signal }), {
    name: "AbortError",
  });
  t.throws(() => readdirSync(folder), { code: "ENOENT" });
});
