// @ts-check
// Models whose next token depends on the last one only, unless asked otherwise: every block adds zero, at its full cost. Needs
// nothing; leaves what gguf-writer.mjs writes.
import { GgufFile } from "./gguf-writer.mjs";
import { GRAPHS } from "./graphs.mjs";
import { toHalves } from "./half.mjs";
import { InvalidArgument, integer } from "./invalid-argument.mjs";
import { RandomStream } from "./random.mjs";

/** A prime number, so that neither rows nor layers repeat in step with it. */
const TILE = 1_048_573;
const CHUNK_BYTES = 4 << 20;

/**
 * @typedef {object} Shape
 * @property {string} name
 * @property {keyof typeof GRAPHS} graph
 * @property {number} hidden
 * @property {number} layers
 * @property {number} heads
 * @property {number} feedForward
 * @property {number} [word] length of token vectors, where it is half the hidden size
 * @property {number} [rotary] dimensions of each head that are rotated, where the graph leaves a choice
 * @typedef {(token: number, row: Float32Array) => void} FillRow
 * @typedef {object} Model
 * @property {Shape} shape
 * @property {number} vocabulary
 * @property {number} context
 * @property {number} seed of the weights that add nothing
 * @property {FillRow} embedding
 * @property {FillRow} output the row of a token in the output matrix
 * @property {number} [epsilon] of LayerNorm
 * @property {"zero" | "random"} [blocks] what they add; zero unless told
 * @property {readonly import("./gguf-writer.mjs").Metadata[]} metadata the tokenizer's among it
 */

/** @param {Shape} shape */
export function requireShape({ name, hidden, layers, heads, feedForward, word = hidden }) {
  integer(`${name}'s hidden size`, hidden, 8, 65536);
  integer(`${name}'s layers`, layers, 1, 512);
  integer(`${name}'s heads`, heads, 1, 512);
  integer(`${name}'s feed-forward size`, feedForward, 8, 262144);
  if (hidden % (8 * heads) !== 0)
    throw new InvalidArgument(
      `Expected ${name}'s hidden size to be a multiple of 8 for each of its ${heads} heads but received ${hidden}`,
    );
  if (word !== hidden && 2 * word !== hidden)
    throw new InvalidArgument(
      `Expected ${name}'s hidden size to be twice its token vectors' ${word} but received ${hidden}`,
    );
}

/** @param {Model} model @returns {GgufFile} */
export function modelFile({ shape, vocabulary, context, seed, embedding, output, metadata, ...more }) {
  const { epsilon = 1e-5, blocks = "zero" } = more;
  const { graph: architecture, hidden, layers, heads, feedForward, word = hidden } = shape;
  const graph = GRAPHS[architecture];
  /** @type {Uint16Array | undefined} */
  let random;
  const zeros = new Uint16Array(TILE);

  /** @type {import("./gguf-writer.mjs").Tensor[]} */
  const tensors = [
    rows("token_embd.weight", word, vocabulary, embedding),
    rows("output.weight", word, vocabulary, output),
  ];
  /** @param {string} name @param {number} size @param {number} value */
  const vector = (name, size, value) =>
    tensors.push({
      name,
      dimensions: [size],
      type: "f32",
      data: () => [bytes(new Float32Array(size).fill(value))],
    });
  /** @type {import("./graphs.mjs").Builder} */
  const add = {
    norm: (name, size) => {
      vector(`${name}.weight`, size, 1);
      vector(`${name}.bias`, size, 0);
    },
    linear: (name, from, to, fill) => {
      const offset = (tensors.length * 40_503) % TILE;
      const data = () => {
        random ??= randomTile(seed);
        return repeated(fill === "zero" && blocks === "zero" ? zeros : random, offset, from * to);
      };
      tensors.push({ name: `${name}.weight`, dimensions: [from, to], type: "f16", data });
      vector(`${name}.bias`, to, 0);
    },
    sparse: (name, from, to, at) =>
      tensors.push(
        rows(name, from, to, (i, row) => {
          row.fill(0);
          for (const [column, value] of at(i)) row[column] = value;
        }),
      ),
    zeros: (name, size) => vector(name, size, 0),
  };
  graph.ends(add, { ...shape, vocabulary, context });
  for (let layer = 0; layer < layers; layer++) graph.block(add, `blk.${layer}.`, shape);

  return new GgufFile(
    [
      ["general.architecture", "string", architecture],
      ["general.name", "string", shape.name],
      ["general.file_type", "u32", 1],
      [`${architecture}.context_length`, "u32", context],
      [`${architecture}.embedding_length`, "u32", hidden],
      [`${architecture}.block_count`, "u32", layers],
      [`${architecture}.feed_forward_length`, "u32", feedForward],
      [`${architecture}.attention.head_count`, "u32", heads],
      [`${architecture}.vocab_size`, "u32", vocabulary],
      [`${architecture}.attention.layer_norm_epsilon`, "f32", epsilon],
      ...graph.metadata(shape),
      ...metadata,
    ],
    tensors,
  );
}

/**
 * @param {string} name
 * @param {number} hidden
 * @param {number} count
 * @param {FillRow} fill
 * @returns {import("./gguf-writer.mjs").Tensor}
 */
function rows(name, hidden, count, fill) {
  function* data() {
    const atOnce = Math.max(1, Math.floor(CHUNK_BYTES / 2 / hidden));
    const halves = new Uint16Array(atOnce * hidden);
    const row = new Float32Array(hidden);
    for (let first = 0; first < count; first += atOnce) {
      const n = Math.min(atOnce, count - first);
      for (let i = 0; i < n; i++) {
        fill(first + i, row);
        toHalves(row, halves, i * hidden);
      }
      yield bytes(halves.subarray(0, n * hidden));
    }
  }
  return { name, dimensions: [hidden, count], type: "f16", data };
}

/** @param {Uint16Array} tile @param {number} offset @param {number} length */
function* repeated(tile, offset, length) {
  for (let start = offset, left = length; left > 0; start = 0) {
    const part = tile.subarray(start, Math.min(tile.length, start + left));
    yield bytes(part);
    left -= part.length;
  }
}

/** Weights of an untrained model's size, for the matrices whose results are multiplied by zero. @param {number} seed */
function randomTile(seed) {
  const numbers = new Float32Array(TILE + 1);
  new RandomStream(seed, "tile").normals(numbers);
  for (let i = 0; i < numbers.length; i++) numbers[i] = 0.02 * /** @type {number} */ (numbers[i]);
  const tile = new Uint16Array(numbers.length);
  toHalves(numbers, tile);
  return tile.subarray(0, TILE);
}

/** @param {Float32Array | Uint16Array} array */
function bytes(array) {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}
