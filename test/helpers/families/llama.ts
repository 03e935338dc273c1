import { type Family, SMALL, VOCABULARY } from "./sizes.js";

export function decoder(type: string, more: Record<string, unknown>): Family {
  const { hidden, layers, heads, feedForward, positions } = SMALL;
  const keyHeads = 2;
  const head = typeof more.head_dim === "number" ? more.head_dim : hidden / heads;
  const shapes: Record<string, number[]> = {
    "model.embed_tokens.weight": [VOCABULARY, hidden],
    "model.norm.weight": [hidden],
    ...(more.tie_word_embeddings ? {} : { "lm_head.weight": [VOCABULARY, hidden] }),
  };
  for (let i = 0; i < layers; i++) {
    const layer = `model.layers.${i}`;
    const rows = { q_proj: heads * head, k_proj: keyHeads * head, v_proj: keyHeads * head };
    for (const [part, count] of Object.entries(rows)) {
      shapes[`${layer}.self_attn.${part}.weight`] = [count, hidden];
      if (type === "qwen2") shapes[`${layer}.self_attn.${part}.bias`] = [count];
    }
    if (type === "qwen3") {
      shapes[`${layer}.self_attn.q_norm.weight`] = [head];
      shapes[`${layer}.self_attn.k_norm.weight`] = [head];
    }
    shapes[`${layer}.self_attn.o_proj.weight`] = [hidden, heads * head];
    shapes[`${layer}.input_layernorm.weight`] = [hidden];
    shapes[`${layer}.post_attention_layernorm.weight`] = [hidden];
    shapes[`${layer}.mlp.gate_proj.weight`] = [feedForward, hidden];
    shapes[`${layer}.mlp.up_proj.weight`] = [feedForward, hidden];
    shapes[`${layer}.mlp.down_proj.weight`] = [hidden, feedForward];
  }
  const config = {
    model_type: type,
    vocab_size: VOCABULARY,
    hidden_size: hidden,
    num_hidden_layers: layers,
    num_attention_heads: heads,
    num_key_value_heads: keyHeads,
    intermediate_size: feedForward,
    max_position_embeddings: positions,
    rms_norm_eps: 1e-5,
    rope_theta: 10000,
    ...more,
  };
  return { config, shapes };
}
