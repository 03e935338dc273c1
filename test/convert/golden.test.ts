/** Logits that PyTorch made (scripts/golden-logits.py): the tests' own references and the converted models give them. */
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import t from "tap";
import { convertCheckpoint, loadPair } from "../../lib/index.js";
import { writeCheckpoint } from "../helpers/checkpoint.js";
import { byBatches, compareWithLogits } from "../helpers/logits.js";
import { referenceLogits } from "../helpers/reference.js";

const folder = fileURLToPath(new URL("../fixtures/golden/", import.meta.url));
const files = readdirSync(folder);

t.test("families whose mapping is our own are there", async (t) => {
  const wanted = [
    "codegen",
    "gpt-neox",
    "gpt-neox-sequential",
    "opt",
    "opt-norm-after-projections",
    "opt-projections",
  ];
  t.strictSame(files.sort(), wanted.map((name) => `${name}.json`).sort());
});

for (const file of files) {
  t.test(file, async (t) => {
    const { family, seed, tokens, positions, logits } = JSON.parse(readFileSync(folder + file, "utf8"));
    const golden = (logits as number[][]).map((row) => Float64Array.from(row));
    const at = <T>(rows: readonly T[]) => (positions as number[]).map((pos) => rows[pos] as T);
    const checkpoint = writeCheckpoint(`${t.testdir()}/model`, family, { seed });

    const reference = at(referenceLogits(checkpoint, tokens));
    const largest = Math.max(...golden.flatMap((row) => [...row].map(Math.abs)));
    const off = Math.max(
      ...golden.flatMap((row, i) =>
        [...row].map((value, j) => Math.abs(value - (reference[i]?.[j] ?? Number.NaN))),
      ),
    );
    t.ok(off / largest < 1e-6, `the reference: relative error ${(off / largest).toExponential(1)}`);

    const { path } = await convertCheckpoint({ from: checkpoint.folder, to: `${checkpoint.folder}.gguf` });
    const pair = await loadPair({
      target: path,
      draft: false,
      contextSize: 66,
      threads: 1,
      flashAttention: false,
    });
    t.teardown(() => pair.close());
    const { error, wrong } = compareWithLogits(at(await byBatches(pair, tokens)), golden);
    t.comment(`${file}: reference ${(off / largest).toExponential(1)}, converted ${error.toExponential(1)}`);
    t.ok(error < 3e-3, `the converted model: relative error ${error.toExponential(1)}`);
    t.strictSame(wrong, [], "the likeliest tokens");
  });
}
