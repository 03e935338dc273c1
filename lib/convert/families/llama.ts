import type { Config } from "../checkpoint.js";
import { type Metadata, matrix, type Plan, type PlannedTensor, rmsNorm, sizes, vector } from "../plan.js";

/** Llama and Mistral. */
export const llama = (config: Config): Plan =>
  decoder(config, { architecture: "llama", rotatesNeighbours: true });
export const qwen2 = (config: Config): Plan =>
  decoder(config, { architecture: "qwen2", projectionBias: true });
export const qwen3 = (config: Config): Plan => decoder(config, { architecture: "qwen3", headNorms: true });

interface Traits {
  architecture: string;
  /** llama.cpp rotates neighbours (2i, 2i + 1) for this architecture, checkpoints rotate (i, i + half). */
  rotatesNeighbours?: boolean;
  projectionBias?: boolean;
  /** A norm of each query and key head. */
  headNorms?: boolean;
}

function decoder(
  config: Config,
  { architecture, rotatesNeighbours, projectionBias, headNorms }: Traits,
): Plan {
  const hidden = config.size("hidden_size");
  const heads = config.size("num_attention_heads");
  const keyHeads = config.size("num_key_value_heads", heads);
  const head = config.size("head_dim", Math.floor(hidden / heads));
  const layers = config.size("num_hidden_layers");
  const feedForward = config.size("intermediate_size");
  const vocabulary = config.size("vocab_size");
  config.require(
    heads % keyHeads === 0,
    `num_attention_heads divisible by ${keyHeads} key heads`,
    String(heads),
  );
  config.require(head % 2 === 0, "an even head_dim", String(head));
  const biased = projectionBias === true || config.flag("attention_bias", false);
  const neighbours = (row: number) => {
    const inHead = row % head;
    return row - inHead + Math.floor(inHead / 2) + (inHead % 2) * (head / 2);
  };
  const projection = (
    name: string,
    source: string,
    rows: number,
    columns: number,
    options: { rotated?: boolean; biased?: boolean } = {},
  ) => {
    const order = options.rotated && rotatesNeighbours ? { order: neighbours } : {};
    const tensors: PlannedTensor[] = [
      matrix(`${name}.weight`, rows, columns, {
        tensor: `${source}.weight`,
        shape: [rows, columns],
        ...order,
      }),
    ];
    if (options.biased) {
      tensors.push(vector(`${name}.bias`, [{ tensor: `${source}.bias`, shape: [rows], ...order }], rows));
    }
    return tensors;
  };
  const rope = config.section("rope_scaling");
  return {
    architecture,
    metadata: [
      ...sizes({ positions: config.size("max_position_embeddings"), hidden, layers, feedForward, heads }),
      ["attention.head_count_kv", "u32", keyHeads],
      ["attention.key_length", "u32", head],
      ["attention.value_length", "u32", head],
      ["attention.layer_norm_rms_epsilon", "f32", config.number("rms_norm_eps", 1e-6)],
      ["rope.dimension_count", "u32", head],
      ["rope.freq_base", "f32", config.number("rope_theta", 10000)],
      ...linearScaling(config, rope),
    ],
    tensors: [
      matrix("token_embd.weight", vocabulary, hidden, {
        tensor: "model.embed_tokens.weight",
        shape: [vocabulary, hidden],
      }),
      ...(config.flag("tie_word_embeddings", false)
        ? []
        : [
            matrix("output.weight", vocabulary, hidden, {
              tensor: "lm_head.weight",
              shape: [vocabulary, hidden],
            }),
          ]),
      rmsNorm("output_norm", "model.norm", hidden),
      ...frequencies(config, rope, head),
      ...Array.from({ length: layers }, (_, i) => {
        const block = `blk.${i}`;
        const layer = `model.layers.${i}`;
        const attention = `${layer}.self_attn`;
        return [
          rmsNorm(`${block}.attn_norm`, `${layer}.input_layernorm`, hidden),
          ...projection(`${block}.attn_q`, `${attention}.q_proj`, heads * head, hidden, {
            rotated: true,
            biased,
          }),
          ...projection(`${block}.attn_k`, `${attention}.k_proj`, keyHeads * head, hidden, {
            rotated: true,
            biased,
          }),
          ...projection(`${block}.attn_v`, `${attention}.v_proj`, keyHeads * head, hidden, { biased }),
          ...projection(`${block}.attn_output`, `${attention}.o_proj`, hidden, heads * head),
          ...(headNorms
            ? [
                rmsNorm(`${block}.attn_q_norm`, `${attention}.q_norm`, head),
                rmsNorm(`${block}.attn_k_norm`, `${attention}.k_norm`, head),
              ]
            : []),
          rmsNorm(`${block}.ffn_norm`, `${layer}.post_attention_layernorm`, hidden),
          ...projection(`${block}.ffn_gate`, `${layer}.mlp.gate_proj`, feedForward, hidden),
          ...projection(`${block}.ffn_up`, `${layer}.mlp.up_proj`, feedForward, hidden),
          ...projection(`${block}.ffn_down`, `${layer}.mlp.down_proj`, hidden, feedForward),
        ];
      }).flat(),
    ],
  };
}

function scalingType(rope: Config): string {
  return rope.text("rope_type", rope.text("type", "default"));
}

function linearScaling(config: Config, rope: Config | null): Metadata[] {
  if (rope === null) return [];
  const type = scalingType(rope);
  config.require(
    ["default", "linear", "llama3"].includes(type),
    "rope_scaling of type default, linear or llama3",
    type,
  );
  if (type !== "linear") return [];
  return [
    ["rope.scaling.type", "string", "linear"],
    ["rope.scaling.factor", "f32", rope.number("factor")],
  ];
}

/** Llama 3.1's correction: what each rotation's frequency is divided by. */
function frequencies(config: Config, rope: Config | null, head: number): PlannedTensor[] {
  if (rope === null || scalingType(rope) !== "llama3") return [];
  const factor = rope.number("factor");
  const low = rope.number("low_freq_factor");
  const high = rope.number("high_freq_factor");
  const trained = rope.number("original_max_position_embeddings");
  const base = config.number("rope_theta", 10000);
  const factors = Float32Array.from({ length: head / 2 }, (_, i) => {
    const wavelength = 2 * Math.PI * base ** ((2 * i) / head);
    if (wavelength < trained / high) return 1;
    if (wavelength > trained / low) return factor;
    const smooth = (trained / wavelength - low) / (high - low);
    return 1 / ((1 - smooth) / factor + smooth);
  });
  return [vector("rope_freqs.weight", factors, head / 2)];
}
