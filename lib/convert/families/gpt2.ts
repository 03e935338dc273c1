import type { Config } from "../checkpoint.js";
import { matrix, norm, type Plan, type PlannedTensor, sizes, vector } from "../plan.js";

/** GPT-2. Its layers are stored with rows and columns exchanged. */
export function gpt2(config: Config, has: (tensor: string) => boolean): Plan {
  const hidden = config.size("n_embd");
  const heads = config.size("n_head");
  const layers = config.size("n_layer");
  const vocabulary = config.size("vocab_size");
  const positions = config.size("n_positions");
  const feedForward = config.size("n_inner", 4 * hidden);
  config.require(hidden % heads === 0, `n_embd divisible by ${heads} heads`, String(hidden));
  const activation = config.text("activation_function", "gelu_new");
  config.require(activation === "gelu_new", "activation_function gelu_new", activation);
  const root = has("transformer.wte.weight") ? "transformer." : "";
  const exchanged = (name: string, source: string, rows: number, columns: number): PlannedTensor[] => [
    matrix(`${name}.weight`, rows, columns, {
      tensor: `${source}.weight`,
      shape: [columns, rows],
      transposed: true,
    }),
    vector(`${name}.bias`, [{ tensor: `${source}.bias`, shape: [rows] }], rows),
  ];
  return {
    architecture: "gpt2",
    metadata: [
      ...sizes({ positions, hidden, layers, feedForward, heads }),
      ["attention.layer_norm_epsilon", "f32", config.number("layer_norm_epsilon", 1e-5)],
    ],
    tensors: [
      matrix("token_embd.weight", vocabulary, hidden, {
        tensor: `${root}wte.weight`,
        shape: [vocabulary, hidden],
      }),
      matrix("position_embd.weight", positions, hidden, {
        tensor: `${root}wpe.weight`,
        shape: [positions, hidden],
      }),
      ...norm("output_norm", `${root}ln_f`, hidden),
      ...Array.from({ length: layers }, (_, i) => {
        const block = `blk.${i}`;
        const layer = `${root}h.${i}`;
        return [
          ...norm(`${block}.attn_norm`, `${layer}.ln_1`, hidden),
          ...exchanged(`${block}.attn_qkv`, `${layer}.attn.c_attn`, 3 * hidden, hidden),
          ...exchanged(`${block}.attn_output`, `${layer}.attn.c_proj`, hidden, hidden),
          ...norm(`${block}.ffn_norm`, `${layer}.ln_2`, hidden),
          ...exchanged(`${block}.ffn_up`, `${layer}.mlp.c_fc`, feedForward, hidden),
          ...exchanged(`${block}.ffn_down`, `${layer}.mlp.c_proj`, hidden, feedForward),
        ];
      }).flat(),
    ],
  };
}
