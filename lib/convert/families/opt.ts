import type { Config } from "../checkpoint.js";
import { linear, matrix, norm, type Plan, sizes } from "../plan.js";

/** The published position tables begin with two rows that no position has. */
const POSITION_OFFSET = 2;

/** OPT, for the architecture of native/arch/opt.cpp. */
export function opt(config: Config, has: (tensor: string) => boolean): Plan {
  const hidden = config.size("hidden_size");
  const word = config.size("word_embed_proj_dim", hidden);
  const layers = config.size("num_hidden_layers");
  const heads = config.size("num_attention_heads");
  const feedForward = config.size("ffn_dim");
  const vocabulary = config.size("vocab_size");
  const positions = config.size("max_position_embeddings");
  const normBefore = config.flag("do_layer_norm_before", true);
  config.require(hidden % heads === 0, `hidden_size divisible by ${heads} heads`, String(hidden));
  const activation = config.text("activation_function", "relu");
  config.require(activation === "relu", "activation_function relu", activation);
  config.require(config.flag("enable_bias", true), "enable_bias true", "false");
  // Checkpoints of the bare model lack the first part of the names.
  const root = has("model.decoder.embed_tokens.weight") ? "model.decoder" : "decoder";
  const narrow = word !== hidden;
  return {
    architecture: "opt",
    metadata: [
      ...sizes({ positions, hidden, layers, feedForward, heads }),
      ["attention.layer_norm_epsilon", "f32", 1e-5],
      ["norm_before", "bool", normBefore],
    ],
    tensors: [
      matrix("token_embd.weight", vocabulary, word, {
        tensor: `${root}.embed_tokens.weight`,
        shape: [vocabulary, word],
      }),
      matrix("position_embd.weight", positions, hidden, {
        tensor: `${root}.embed_positions.weight`,
        shape: [positions + POSITION_OFFSET, hidden],
        order: (position) => position + POSITION_OFFSET,
        count: positions,
      }),
      ...(narrow
        ? [
            matrix("token_embd_proj.weight", hidden, word, {
              tensor: `${root}.project_in.weight`,
              shape: [hidden, word],
            }),
            matrix("output_proj.weight", word, hidden, {
              tensor: `${root}.project_out.weight`,
              shape: [word, hidden],
            }),
          ]
        : []),
      ...(config.flag("tie_word_embeddings", true)
        ? []
        : [
            matrix("output.weight", vocabulary, word, {
              tensor: "lm_head.weight",
              shape: [vocabulary, word],
            }),
          ]),
      ...(normBefore ? norm("output_norm", `${root}.final_layer_norm`, hidden) : []),
      ...Array.from({ length: layers }, (_, i) => {
        const block = `blk.${i}`;
        const layer = `${root}.layers.${i}`;
        const parts = ["q_proj", "k_proj", "v_proj"].map((part) => `${layer}.self_attn.${part}`);
        return [
          ...norm(`${block}.attn_norm`, `${layer}.self_attn_layer_norm`, hidden),
          matrix(
            `${block}.attn_qkv.weight`,
            3 * hidden,
            hidden,
            ...parts.map((part) => ({ tensor: `${part}.weight`, shape: [hidden, hidden] })),
          ),
          {
            name: `${block}.attn_qkv.bias`,
            shape: [3 * hidden],
            from: parts.map((part) => ({ tensor: `${part}.bias`, shape: [hidden] })),
          },
          ...linear(`${block}.attn_output`, `${layer}.self_attn.out_proj`, hidden, hidden),
          ...norm(`${block}.ffn_norm`, `${layer}.final_layer_norm`, hidden),
          ...linear(`${block}.ffn_up`, `${layer}.fc1`, feedForward, hidden),
          ...linear(`${block}.ffn_down`, `${layer}.fc2`, hidden, feedForward),
        ];
      }).flat(),
    ],
  };
}
