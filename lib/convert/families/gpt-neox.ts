import type { Config } from "../checkpoint.js";
import { linear, matrix, norm, type Plan, sizes } from "../plan.js";

/** GPT-NeoX and Pythia, with parallel or sequential residuals. */
export function gptNeox(config: Config): Plan {
  const hidden = config.size("hidden_size");
  const heads = config.size("num_attention_heads");
  const layers = config.size("num_hidden_layers");
  const feedForward = config.size("intermediate_size");
  const vocabulary = config.size("vocab_size");
  config.require(hidden % heads === 0, `hidden_size divisible by ${heads} heads`, String(hidden));
  const head = hidden / heads;
  // The checkpoint keeps query, key and value of each head together.
  const queriesKeysValues = (row: number) => {
    const part = Math.floor(row / hidden);
    const inPart = row % hidden;
    return Math.floor(inPart / head) * 3 * head + part * head + (inPart % head);
  };
  return {
    architecture: "gptneox",
    metadata: [
      ...sizes({ positions: config.size("max_position_embeddings"), hidden, layers, feedForward, heads }),
      ["rope.dimension_count", "u32", Math.floor(config.number("rotary_pct", 0.25) * head)],
      ["rope.freq_base", "f32", config.number("rotary_emb_base", config.number("rope_theta", 10000))],
      ["attention.layer_norm_epsilon", "f32", config.number("layer_norm_eps", 1e-5)],
      ["use_parallel_residual", "bool", config.flag("use_parallel_residual", true)],
    ],
    tensors: [
      matrix("token_embd.weight", vocabulary, hidden, {
        tensor: "gpt_neox.embed_in.weight",
        shape: [vocabulary, hidden],
      }),
      matrix("output.weight", vocabulary, hidden, {
        tensor: config.flag("tie_word_embeddings", false) ? "gpt_neox.embed_in.weight" : "embed_out.weight",
        shape: [vocabulary, hidden],
      }),
      ...norm("output_norm", "gpt_neox.final_layer_norm", hidden),
      ...Array.from({ length: layers }, (_, i) => {
        const block = `blk.${i}`;
        const layer = `gpt_neox.layers.${i}`;
        return [
          ...norm(`${block}.attn_norm`, `${layer}.input_layernorm`, hidden),
          ...linear(
            `${block}.attn_qkv`,
            `${layer}.attention.query_key_value`,
            3 * hidden,
            hidden,
            queriesKeysValues,
          ),
          ...linear(`${block}.attn_output`, `${layer}.attention.dense`, hidden, hidden),
          ...norm(`${block}.ffn_norm`, `${layer}.post_attention_layernorm`, hidden),
          ...linear(`${block}.ffn_up`, `${layer}.mlp.dense_h_to_4h`, feedForward, hidden),
          ...linear(`${block}.ffn_down`, `${layer}.mlp.dense_4h_to_h`, hidden, feedForward),
        ];
      }).flat(),
    ],
  };
}
