import { affine, type Family, SMALL, VOCABULARY } from "./sizes.js";

export function gpt2(): Family {
  const { hidden, layers, heads, positions } = SMALL;
  const exchanged = (name: string, rows: number, columns: number) => ({
    [`${name}.weight`]: [columns, rows],
    [`${name}.bias`]: [rows],
  });
  const shapes: Record<string, number[]> = {
    "transformer.wte.weight": [VOCABULARY, hidden],
    "transformer.wpe.weight": [positions, hidden],
    ...affine("transformer.ln_f", hidden),
  };
  for (let i = 0; i < layers; i++) {
    const layer = `transformer.h.${i}`;
    Object.assign(
      shapes,
      affine(`${layer}.ln_1`, hidden),
      affine(`${layer}.ln_2`, hidden),
      exchanged(`${layer}.attn.c_attn`, 3 * hidden, hidden),
      exchanged(`${layer}.attn.c_proj`, hidden, hidden),
      exchanged(`${layer}.mlp.c_fc`, 4 * hidden, hidden),
      exchanged(`${layer}.mlp.c_proj`, hidden, 4 * hidden),
    );
  }
  const config = {
    model_type: "gpt2",
    vocab_size: VOCABULARY,
    n_embd: hidden,
    n_head: heads,
    n_layer: layers,
    n_positions: positions,
    activation_function: "gelu_new",
    layer_norm_epsilon: 1e-5,
  };
  return { config, shapes };
}
