// @ts-check
// What llama.cpp's graphs need in a file: keys and tensors of each architecture. Needs nothing.
//
// Attention and feed-forward end in a matrix of zeros, hence add nothing; where norms follow (OPT 350m) they leave vectors
// with mean 0 and variance 1 as they are.

/**
 * @typedef {import("./model-file.mjs").Shape} Shape
 * @typedef {import("./gguf-writer.mjs").Metadata} Metadata
 * @typedef {object} Builder adds tensors; matrices by the lengths of their input and output
 * @property {(name: string, size: number) => void} norm
 * @property {(name: string, from: number, to: number, fill: "random" | "zero") => void} linear with a bias of zeros
 * @property {(name: string, from: number, to: number, at: (row: number) => [column: number, value: number][]) => void} sparse
 * @property {(name: string, size: number) => void} zeros
 * @typedef {object} Graph
 * @property {(shape: Shape) => Metadata[]} metadata beside what all have
 * @property {(add: Builder, shape: Shape & { vocabulary: number, context: number }) => void} ends tensors outside the blocks
 * @property {(add: Builder, block: string, shape: Shape) => void} block
 */

/** @type {Graph["block"]} */
function attentionAndFeedForward(add, block, { hidden, feedForward }) {
  add.linear(`${block}attn_qkv`, hidden, 3 * hidden, "random");
  add.linear(`${block}attn_output`, hidden, hidden, "zero");
  add.linear(`${block}ffn_up`, hidden, feedForward, "random");
  add.linear(`${block}ffn_down`, feedForward, hidden, "zero");
}

/** @type {Graph["block"]} */
function withTwoNorms(add, block, shape) {
  add.norm(`${block}attn_norm`, shape.hidden);
  add.norm(`${block}ffn_norm`, shape.hidden);
  attentionAndFeedForward(add, block, shape);
}

/** @satisfies {Readonly<Record<string, Graph>>} */
export const GRAPHS = {
  gptneox: {
    metadata: ({ hidden, heads }) => [
      ["gptneox.rope.dimension_count", "u32", hidden / heads / 4],
      ["gptneox.use_parallel_residual", "bool", true],
    ],
    ends: (add, { hidden }) => add.norm("output_norm", hidden),
    block: withTwoNorms,
  },
  opt: {
    // Narrow token vectors go with norms that follow, and with no last one, as in the 350m.
    metadata: ({ hidden, word = hidden }) => [["opt.norm_before", "bool", word === hidden]],
    ends: (add, { hidden, word = hidden, context }) => {
      add.sparse("position_embd.weight", hidden, context, () => []);
      if (word === hidden) {
        add.norm("output_norm", hidden);
        return;
      }
      // A token's vector and its opposite: mean 0, the same variance; and back.
      add.sparse("token_embd_proj.weight", word, hidden, (row) => [[row % word, row < word ? 1 : -1]]);
      add.sparse("output_proj.weight", hidden, word, (row) => [
        [row, 0.5],
        [row + word, -0.5],
      ]);
    },
    block: withTwoNorms,
  },
  phi2: {
    metadata: ({ hidden, heads, rotary = hidden / heads / 2 }) => [
      ["phi2.attention.head_count_kv", "u32", heads],
      ["phi2.rope.dimension_count", "u32", rotary],
    ],
    ends: (add, { hidden, vocabulary }) => {
      add.norm("output_norm", hidden);
      add.zeros("output.bias", vocabulary);
    },
    block: (add, block, shape) => {
      add.norm(`${block}attn_norm`, shape.hidden);
      attentionAndFeedForward(add, block, shape);
    },
  },
};
