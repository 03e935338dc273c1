import { affine, type Family, linear, SMALL, VOCABULARY } from "./sizes.js";

export function codegen(): Family {
  const { hidden, layers, positions } = SMALL;
  const shapes: Record<string, number[]> = {
    "transformer.wte.weight": [VOCABULARY, hidden],
    ...affine("transformer.ln_f", hidden),
    ...linear("lm_head", VOCABULARY, hidden),
  };
  for (let i = 0; i < layers; i++) {
    const layer = `transformer.h.${i}`;
    Object.assign(
      shapes,
      affine(`${layer}.ln_1`, hidden),
      {
        [`${layer}.attn.qkv_proj.weight`]: [3 * hidden, hidden],
        [`${layer}.attn.out_proj.weight`]: [hidden, hidden],
      },
      linear(`${layer}.mlp.fc_in`, 4 * hidden, hidden),
      linear(`${layer}.mlp.fc_out`, hidden, 4 * hidden),
    );
  }
  const config = {
    model_type: "codegen",
    vocab_size: VOCABULARY,
    n_embd: hidden,
    n_head: 4,
    n_layer: layers,
    n_positions: positions,
    n_inner: null,
    rotary_dim: 4,
    activation_function: "gelu_new",
    layer_norm_epsilon: 1e-5,
  };
  return { config, shapes };
}
