/** Memory while converting does not grow with the model: a process of its own, one tensor that outweighs all else. */
import { rmSync } from "node:fs";
import t from "tap";
import { writeCheckpoint } from "../helpers/checkpoint.js";
import { run } from "../helpers/child.js";
import { gpt2 } from "../helpers/families/gpt2.js";
import { SMALL } from "../helpers/families/sizes.js";
import { writeSparseCheckpoint } from "../helpers/sparse-checkpoint.js";

const MB = 1e6;

/** Of the rows of 32 values in the largest tensor. */
const ROWS = 1_200_000;

function oneLayer() {
  const { config, shapes } = gpt2();
  config.n_layer = 1;
  for (const name of Object.keys(shapes)) if (name.startsWith("transformer.h.1")) delete shapes[name];
  return { config, shapes };
}

function manyPositions() {
  const { config, shapes } = oneLayer();
  config.n_positions = ROWS;
  shapes["transformer.wpe.weight"] = [ROWS, SMALL.hidden];
  return { config, shapes };
}

/** Stored with rows and columns exchanged. */
function largeFeedForward() {
  const { config, shapes } = oneLayer();
  config.n_inner = ROWS;
  const layer = "transformer.h.0.mlp";
  shapes[`${layer}.c_fc.weight`] = [SMALL.hidden, ROWS];
  shapes[`${layer}.c_fc.bias`] = [ROWS];
  shapes[`${layer}.c_proj.weight`] = [ROWS, SMALL.hidden];
  return { config, shapes };
}

for (const [what, family] of [
  ["an embedding", manyPositions()],
  ["a transposed matrix", largeFeedForward()],
] as const) {
  t.test(`${what} of more than 75 MB`, async (t) => {
    const folder = t.testdir();
    const small = writeCheckpoint(`${folder}/small`, "gpt-neox").folder;
    const largest = writeSparseCheckpoint(`${folder}/large`, family);
    t.ok(largest > 75 * MB);
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
