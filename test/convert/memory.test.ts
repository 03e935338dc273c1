/** Memory while converting does not grow with the model: a process of its own, one tensor that outweighs all else. */
import { rmSync } from "node:fs";
import t from "tap";
import { writeCheckpoint } from "../helpers/checkpoint.js";
import { run } from "../helpers/child.js";
import { gpt2 } from "../helpers/families/gpt2.js";
import { opt } from "../helpers/families/opt.js";
import { writeSparseCheckpoint } from "../helpers/sparse-checkpoint.js";

const MB = 1e6;

function largeEmbedding() {
  return opt({ word: 2 ** 19 });
}

/** Stored with rows and columns exchanged. */
function largeFeedForward() {
  const { config, shapes } = gpt2();
  const width = 1.6e6;
  config.n_layer = 1;
  config.n_inner = width;
  for (const name of Object.keys(shapes)) if (name.startsWith("transformer.h.1")) delete shapes[name];
  const layer = "transformer.h.0.mlp";
  shapes[`${layer}.c_fc.weight`] = [32, width];
  shapes[`${layer}.c_fc.bias`] = [width];
  shapes[`${layer}.c_proj.weight`] = [width, 32];
  return { config, shapes };
}

for (const [what, family] of [
  ["an embedding", largeEmbedding()],
  ["a transposed matrix", largeFeedForward()],
] as const) {
  t.test(`${what} of more than 100 MB`, async (t) => {
    const folder = t.testdir();
    const small = writeCheckpoint(`${folder}/small`, "gpt-neox").folder;
    const largest = writeSparseCheckpoint(`${folder}/large`, family);
    t.ok(largest > 100 * MB);
    const { code, stdout, stderr } = await run(
      "test/fixtures/process/convert.mjs",
      [`${folder}/large`, `${folder}/large.gguf`],
      { env: { FORETOKEN_WARM_UP: small } },
    );
    rmSync(`${folder}/large.gguf`, { force: true });
    t.equal(code, 0, stderr);
    const grown = Number(stdout);
    t.comment(`${what} of ${Math.round(largest / MB)} MB: ${Math.round(grown / MB)} MB more`);
    t.ok(grown > 0 && grown < 3 * largest, `${grown} bytes more`);
  });
}
