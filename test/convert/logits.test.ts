/** Every family, size variant and source format, converted and loaded, against references in double precision. */
import t, { type Test } from "tap";
import { convertCheckpoint, loadPair } from "../../lib/index.js";
import { type Checkpoint, FAMILIES, writeCheckpoint } from "../helpers/checkpoint.js";
import { VOCABULARY } from "../helpers/families/sizes.js";
import { referenceLogits } from "../helpers/reference.js";

const LENGTH = 64;
const tokens = Array.from({ length: LENGTH }, (_, i) => (i * 37 + 11) % VOCABULARY);

/** Log-probabilities of all tokens after each prefix: each prompt is one batch. */
async function logProbabilities(path: string, flashAttention: boolean): Promise<Float64Array[]> {
  const pair = await loadPair({
    target: path,
    draft: false,
    contextSize: LENGTH + 2,
    threads: 1,
    flashAttention,
  });
  try {
    const rows: Float64Array[] = [];
    for (let length = 1; length <= LENGTH; length++) {
      const { tokens: made } = await pair.complete(tokens.slice(0, length), {
        maxTokens: 1,
        logprobs: VOCABULARY,
        ignoreEnd: true,
      });
      const row = new Float64Array(VOCABULARY).fill(Number.NaN);
      for (const { id, logprob } of made[0]?.topLogprobs ?? []) row[id] = logprob;
      rows.push(row);
    }
    return rows;
  } finally {
    await pair.close();
  }
}

/** Largest difference relative to the largest logit; the likeliest token wherever the margin exceeds the difference. */
function compare(t: Test, actual: readonly Float64Array[], checkpoint: Checkpoint): number {
  const logits = referenceLogits(checkpoint, tokens);
  const largest = Math.max(...logits.flatMap((row) => [...row].map(Math.abs)));
  const expected = logits.map((row) => {
    const total = row.reduce((sum, logit) => sum + Math.exp(logit), 0);
    return row.map((logit) => logit - Math.log(total));
  });
  let difference = 0;
  for (const [pos, row] of expected.entries()) {
    for (const [i, value] of row.entries())
      difference = Math.max(difference, Math.abs(value - ((actual[pos] as Float64Array)[i] as number)));
  }
  for (const [pos, row] of expected.entries()) {
    const [first = 0, second = 0] = row.toSorted((a, b) => b - a);
    const mine = actual[pos] as Float64Array;
    if (first - second > 2 * difference)
      t.equal(mine.indexOf(Math.max(...mine)), row.indexOf(first), `position ${pos}`);
  }
  return difference / largest;
}

const FORMATS = [
  { dtype: "F16", format: "safetensors" },
  { dtype: "BF16", format: "bin" },
  { dtype: "F32", format: "sharded" },
  { dtype: "F16", format: "sharded-bin" },
] as const;

for (const family of Object.keys(FAMILIES)) {
  t.test(family, async (t) => {
    const folder = t.testdir();
    for (const [i, source] of FORMATS.entries()) {
      const checkpoint = writeCheckpoint(`${folder}/${i}`, family, { ...source, seed: i + 1 });
      const { path } = await convertCheckpoint({ from: checkpoint.folder, to: `${folder}/${i}.gguf` });
      const error = compare(t, await logProbabilities(path, false), checkpoint);
      t.ok(error < 3e-3, `${source.dtype}, ${source.format}: relative error ${error.toExponential(1)}`);
      const flash = compare(t, await logProbabilities(path, true), checkpoint);
      t.ok(flash < 1e-2, `with flash attention ${flash.toExponential(1)}`);
    }
  });
}
