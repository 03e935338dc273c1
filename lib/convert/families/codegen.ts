import type { Config } from "../checkpoint.js";
import { linear, matrix, norm, type Plan, sizes, vector } from "../plan.js";

/** Groups in which the fused projection is stored, from training on as many chips. */
const GROUPS = 4;

/**
 * CodeGen, exactly, as llama.cpp's phi2: attention and feed-forward on one norm, a rotation of part of each head. CodeGen
 * rotates neighbours (2i, 2i + 1), phi2 pairs (i, i + half): query and key rows are reordered alike, which no product of the two
 * notices. Projections without bias get one of zeros.
 */
export function codegen(config: Config): Plan {
  const hidden = config.size("n_embd");
  const heads = config.size("n_head");
  const layers = config.size("n_layer");
  const vocabulary = config.size("vocab_size");
  const feedForward = config.size("n_inner", 4 * hidden);
  const rotary = config.size("rotary_dim");
  config.require(heads % GROUPS === 0, `n_head divisible by ${GROUPS}`, String(heads));
  config.require(hidden % heads === 0, `n_embd divisible by ${heads} heads`, String(hidden));
  const head = hidden / heads;
  config.require(rotary <= head && rotary % 2 === 0, `an even rotary_dim of at most ${head}`, String(rotary));
  const activation = config.text("activation_function", "gelu_new");
  config.require(activation === "gelu_new", "activation_function gelu_new", activation);

  const halves = (row: number) => {
    const inHead = row % head;
    if (inHead >= rotary) return row;
    const pair = inHead % (rotary / 2);
    return row - inHead + 2 * pair + (inHead < rotary / 2 ? 0 : 1);
  };
  // Each group holds the queries of its heads, then the values, then the keys.
  const group = hidden / GROUPS;
  const stored = (part: number) => (row: number) =>
    Math.floor(row / group) * 3 * group + part * group + (row % group);
  const part = (index: number, order: (row: number) => number) => ({
    shape: [3 * hidden, hidden],
    order: (row: number) => stored(index)(order(row)),
    count: hidden,
  });
  const zeros = (name: string, size: number) => vector(name, new Float32Array(size), size);
  return {
    architecture: "phi2",
    metadata: [
      ...sizes({ positions: config.size("n_positions"), hidden, layers, feedForward, heads }),
      ["attention.head_count_kv", "u32", heads],
      ["attention.layer_norm_epsilon", "f32", config.number("layer_norm_epsilon", 1e-5)],
      ["rope.dimension_count", "u32", rotary],
    ],
    tensors: [
      matrix("token_embd.weight", vocabulary, hidden, {
        tensor: "transformer.wte.weight",
        shape: [vocabulary, hidden],
      }),
      ...norm("output_norm", "transformer.ln_f", hidden),
      ...linear("output", "lm_head", vocabulary, hidden),
      ...Array.from({ length: layers }, (_, i) => {
        const block = `blk.${i}`;
        const layer = `transformer.h.${i}`;
        const qkv = `${layer}.attn.qkv_proj.weight`;
        return [
          ...norm(`${block}.attn_norm`, `${layer}.ln_1`, hidden),
          matrix(
            `${block}.attn_qkv.weight`,
            3 * hidden,
            hidden,
            { tensor: qkv, ...part(0, halves) },
            { tensor: qkv, ...part(2, halves) },
            { tensor: qkv, ...part(1, (row) => row) },
          ),
          zeros(`${block}.attn_qkv.bias`, 3 * hidden),
          matrix(`${block}.attn_output.weight`, hidden, hidden, {
            tensor: `${layer}.attn.out_proj.weight`,
            shape: [hidden, hidden],
          }),
          zeros(`${block}.attn_output.bias`, hidden),
          ...linear(`${block}.ffn_up`, `${layer}.mlp.fc_in`, feedForward, hidden),
          ...linear(`${block}.ffn_down`, `${layer}.mlp.fc_out`, hidden, feedForward),
        ];
      }).flat(),
    ],
  };
}
