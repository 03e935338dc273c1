/** OPT and CodeGen with quantised weights, as any architecture of llama.cpp. */
import t from "tap";
import { convertCheckpoint, loadPair } from "../../lib/index.js";
import { writeCheckpoint } from "../helpers/checkpoint.js";
import { rewrite } from "../helpers/gguf.js";
import { bySingleTokens, compareWithLogits } from "../helpers/logits.js";
import { quantise } from "../helpers/quantise.js";
import { referenceLogits } from "../helpers/reference.js";

const LENGTH = 48;
/** A weight is rounded to 1/127 of its block's largest. */
const TOLERANCE = 4e-2;

for (const family of ["opt", "opt, norm after, projections", "codegen"]) {
  t.test(`${family} with q8_0 matrices`, async (t) => {
    const folder = t.testdir();
    const checkpoint = writeCheckpoint(`${folder}/model`, family, { seed: 1 });
    const { path } = await convertCheckpoint({ from: checkpoint.folder, to: `${folder}/f16.gguf` });
    let quantised: string[] = [];
    const target = rewrite(path, `${folder}/q8_0.gguf`, (gguf) => {
      quantised = quantise(gguf);
    });
    t.ok(quantised.some((name) => name.includes("attn_qkv")) && quantised.length >= 6, quantised.join(", "));
    const pair = await loadPair({
      ...{ target, draft: { model: path, policy: "fixed", maxTokens: 3 } as const },
      ...{ contextSize: LENGTH + 2, threads: 1, flashAttention: false },
    });
    t.teardown(() => pair.close());
    const { tokens, rows } = await bySingleTokens(pair, 11, LENGTH);
    const { error } = compareWithLogits(rows, referenceLogits(checkpoint, tokens));
    t.ok(error > 1e-4 && error < TOLERANCE, `relative error ${error.toExponential(1)}`);
    const { stats } = await pair.complete([11], { maxTokens: LENGTH, ignoreEnd: true });
    t.ok(stats.accepted > stats.corrections, "its own f16 model drafts well for it");
  });
}
