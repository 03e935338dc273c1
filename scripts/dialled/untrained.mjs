// @ts-check
// Models of real shapes whose every weight is random: the text means nothing, but logits depend on all tokens before, as a
// real model's do and a dialled one's do not. For comparing bits. Needs nothing; leaves what write-model.mjs leaves.
import { modelFile, requireShape } from "./model-file.mjs";
import { RandomStream } from "./random.mjs";
import { tokenizerMetadata } from "./tokenizer.mjs";

/**
 * @param {import("./model-file.mjs").Shape} shape
 * @param {{ vocabulary: number, context: number, seed?: number }} options
 * @returns {import("./write-model.mjs").ModelFile}
 */
export function untrainedModel(shape, { vocabulary, context, seed = 1 }) {
  requireShape(shape);
  const { hidden, word = hidden } = shape;
  const name = `${shape.name}-untrained-s${seed}`;
  const file = modelFile({
    ...{ shape: { ...shape, name }, vocabulary, context, seed, blocks: "random" },
    embedding: normals(seed, "embedding", 1),
    output: normals(seed, "output", 1 / Math.sqrt(word)),
    metadata: tokenizerMetadata(vocabulary, vocabulary - 1),
  });
  return { name, file, about: { role: "untrained", vocabulary, seed } };
}

/** @param {number} seed @param {string} role @param {number} scale @returns {import("./model-file.mjs").FillRow} */
function normals(seed, role, scale) {
  return (token, row) => {
    new RandomStream(seed, `untrained ${role}`, token).normals(row);
    for (let i = 0; i < row.length; i++) row[i] = scale * /** @type {number} */ (row[i]);
  };
}
