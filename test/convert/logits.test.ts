/**
 * Every family, size variant and source format, converted and loaded, against references in double precision: logits of 64
 * positions, token by token and in batches.
 */
import t from "tap";
import { convertCheckpoint, loadPair } from "../../lib/index.js";
import { FAMILIES, writeCheckpoint } from "../helpers/checkpoint.js";
import { byBatches, bySingleTokens, compareWithLogits } from "../helpers/logits.js";
import { referenceLogits } from "../helpers/reference.js";

const LENGTH = 64;

const FORMATS = [
  { dtype: "F16", format: "safetensors" },
  { dtype: "BF16", format: "bin" },
  { dtype: "F32", format: "sharded" },
  { dtype: "F16", format: "sharded-bin" },
  { dtype: "F32", format: "legacy-bin" },
] as const;

for (const family of Object.keys(FAMILIES)) {
  t.test(family, async (t) => {
    const folder = t.testdir();
    const figures = { off: 0, on: 0 };
    for (const [i, source] of FORMATS.entries()) {
      const checkpoint = writeCheckpoint(`${folder}/${i}`, family, { ...source, seed: i + 1 });
      const { path } = await convertCheckpoint({ from: checkpoint.folder, to: `${folder}/${i}.gguf` });
      for (const flash of i === 0 ? (["off", "on"] as const) : (["off"] as const)) {
        const pair = await loadPair({
          target: path,
          draft: false,
          contextSize: LENGTH + 2,
          threads: 1,
          flashAttention: flash === "on",
        });
        const { tokens, rows } = await bySingleTokens(pair, 11, LENGTH);
        const batches = await byBatches(pair, tokens);
        await pair.close();
        const logits = referenceLogits(checkpoint, tokens);
        const what = `${source.dtype}, ${source.format}, flash attention ${flash}`;
        t.equal(rows.length, LENGTH);
        for (const [how, actual] of Object.entries({ "token by token": rows, "in batches": batches })) {
          const { error, wrong } = compareWithLogits(actual, logits);
          figures[flash] = Math.max(figures[flash], error);
          t.ok(
            error < (flash === "on" ? 1e-2 : 3e-3),
            `${what}, ${how}: relative error ${error.toExponential(1)}`,
          );
          t.strictSame(wrong, [], `${what}, ${how}: the likeliest tokens`);
        }
        t.strictSame(batches, rows, `${what}: the same bits`);
      }
    }
    t.comment(
      `${family}: flash attention off ${figures.off.toExponential(1)}, on ${figures.on.toExponential(1)}`,
    );
  });
}
