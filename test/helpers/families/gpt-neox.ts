import { affine, type Family, linear, SMALL, VOCABULARY } from "./sizes.js";

export function neox(parallel: boolean): Family {
  const { hidden, layers, heads, feedForward, positions } = SMALL;
  const shapes: Record<string, number[]> = {
    "gpt_neox.embed_in.weight": [VOCABULARY, hidden],
    "embed_out.weight": [VOCABULARY, hidden],
    ...affine("gpt_neox.final_layer_norm", hidden),
  };
  for (let i = 0; i < layers; i++) {
    const layer = `gpt_neox.layers.${i}`;
    Object.assign(
      shapes,
      affine(`${layer}.input_layernorm`, hidden),
      affine(`${layer}.post_attention_layernorm`, hidden),
      linear(`${layer}.attention.query_key_value`, 3 * hidden, hidden),
      linear(`${layer}.attention.dense`, hidden, hidden),
      linear(`${layer}.mlp.dense_h_to_4h`, feedForward, hidden),
      linear(`${layer}.mlp.dense_4h_to_h`, hidden, feedForward),
    );
  }
  const config = {
    model_type: "gpt_neox",
    vocab_size: VOCABULARY,
    hidden_size: hidden,
    num_hidden_layers: layers,
    num_attention_heads: heads,
    intermediate_size: feedForward,
    max_position_embeddings: positions,
    rotary_pct: 0.5,
    rotary_emb_base: 10000,
    layer_norm_eps: 1e-5,
    use_parallel_residual: parallel,
  };
  return { config, shapes };
}
