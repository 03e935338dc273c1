import { affine, type Family, linear, SMALL, VOCABULARY } from "./sizes.js";

interface Variant {
  /** Of a token's vector. */
  word?: number;
  normBefore?: boolean;
  /** The output matrix is the token matrix. */
  tied?: boolean;
  positions?: number;
}

export function opt({
  word = SMALL.hidden,
  normBefore = true,
  tied = true,
  positions = SMALL.positions,
}: Variant = {}): Family {
  const { hidden, layers, heads, feedForward } = SMALL;
  const shapes: Record<string, number[]> = {
    "model.decoder.embed_tokens.weight": [VOCABULARY, word],
    "model.decoder.embed_positions.weight": [positions + 2, hidden],
    ...(word === hidden
      ? {}
      : {
          "model.decoder.project_in.weight": [hidden, word],
          "model.decoder.project_out.weight": [word, hidden],
        }),
    ...(tied ? {} : { "lm_head.weight": [VOCABULARY, word] }),
    ...(normBefore ? affine("model.decoder.final_layer_norm", hidden) : {}),
  };
  for (let i = 0; i < layers; i++) {
    const layer = `model.decoder.layers.${i}`;
    for (const part of ["q_proj", "k_proj", "v_proj", "out_proj"]) {
      Object.assign(shapes, linear(`${layer}.self_attn.${part}`, hidden, hidden));
    }
    Object.assign(
      shapes,
      affine(`${layer}.self_attn_layer_norm`, hidden),
      affine(`${layer}.final_layer_norm`, hidden),
      linear(`${layer}.fc1`, feedForward, hidden),
      linear(`${layer}.fc2`, hidden, feedForward),
    );
  }
  const config = {
    model_type: "opt",
    vocab_size: VOCABULARY,
    hidden_size: hidden,
    word_embed_proj_dim: word,
    num_hidden_layers: layers,
    num_attention_heads: heads,
    ffn_dim: feedForward,
    max_position_embeddings: positions,
    do_layer_norm_before: normBefore,
    activation_function: "relu",
    ...(tied ? {} : { tie_word_embeddings: false }),
  };
  return { config, shapes };
}
