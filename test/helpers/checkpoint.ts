/** Tiny random checkpoints in the hub's layout: every family, format and type that can be converted. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export type Dtype = "F32" | "F16" | "BF16";
export type Format = "safetensors" | "sharded" | "bin" | "sharded-bin";

export interface Tensor {
  shape: number[];
  values: Float64Array;
}

export interface Checkpoint {
  folder: string;
  config: Record<string, unknown>;
  /** As stored: already rounded to the type. */
  tensors: Map<string, Tensor>;
}

export const VOCABULARY = 96;

const SMALL = { hidden: 32, layers: 2, heads: 4, feedForward: 48, positions: 80 };

/** config.json and the shapes of the tensors of each family. */
export const FAMILIES: Record<
  string,
  () => { config: Record<string, unknown>; shapes: Record<string, number[]> }
> = {
  "gpt-neox": () => neox(true),
  "gpt-neox, sequential": () => neox(false),
  opt: () => opt({ word: SMALL.hidden, normBefore: true }),
  "opt, norm after, projections": () => opt({ word: 24, normBefore: false }),
  codegen,
  gpt2,
  llama: () => decoder("llama", {}),
  "llama, rope of 3.1": () =>
    decoder("llama", {
      rope_scaling: {
        rope_type: "llama3",
        factor: 8,
        low_freq_factor: 1,
        high_freq_factor: 4,
        original_max_position_embeddings: 32,
      },
    }),
  mistral: () => decoder("mistral", {}),
  qwen2: () => decoder("qwen2", { tie_word_embeddings: true }),
  qwen3: () => decoder("qwen3", { head_dim: 16 }),
};

function neox(parallel: boolean) {
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

function opt({ word, normBefore }: { word: number; normBefore: boolean }) {
  const { hidden, layers, heads, feedForward, positions } = SMALL;
  const shapes: Record<string, number[]> = {
    "model.decoder.embed_tokens.weight": [VOCABULARY, word],
    "model.decoder.embed_positions.weight": [positions + 2, hidden],
    ...(word === hidden
      ? {}
      : {
          "model.decoder.project_in.weight": [hidden, word],
          "model.decoder.project_out.weight": [word, hidden],
        }),
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
  };
  return { config, shapes };
}

function codegen() {
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

function gpt2() {
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

function decoder(type: string, more: Record<string, unknown>) {
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

function affine(name: string, size: number) {
  return { [`${name}.weight`]: [size], [`${name}.bias`]: [size] };
}

function linear(name: string, rows: number, columns: number) {
  return { [`${name}.weight`]: [rows, columns], [`${name}.bias`]: [rows] };
}

/** Writes a checkpoint of random weights with a small tokenizer. */
export function writeCheckpoint(
  folder: string,
  family: string,
  { dtype = "F16", format = "safetensors", seed = 1 }: { dtype?: Dtype; format?: Format; seed?: number } = {},
): Checkpoint {
  const make = FAMILIES[family];
  if (make === undefined) throw new Error(`no family ${family}`);
  const { config, shapes } = make();
  const random = generator(seed);
  const tensors = new Map<string, Tensor>();
  for (const [name, shape] of Object.entries(shapes)) {
    const count = shape.reduce((product, size) => product * size, 1);
    const isNorm = /norm|ln_/.test(name) && name.endsWith("weight");
    const deviation = shape.length === 1 ? 0.1 : 1 / Math.sqrt(shape[1] as number);
    const values = Float64Array.from({ length: count }, () =>
      rounded((isNorm ? 1 : 0) + deviation * normal(random), dtype),
    );
    tensors.set(name, { shape, values });
  }
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "config.json"), JSON.stringify(config));
  writeTokenizer(folder);
  writeWeights(folder, tensors, dtype, format);
  return { folder, config, tensors };
}

/** The vocabulary is the letters of the byte-level alphabet and a few merges; fewer tokens than the matrix has rows. */
export function writeTokenizer(folder: string): void {
  const letters = [..."abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.,!?Ġ"];
  const merges = ["t h", "th e", "Ġ the", "a n", "an d"];
  const texts = ["<|endoftext|>", ...letters, ...merges.map((merge) => merge.replace(" ", ""))];
  writeFileSync(
    join(folder, "tokenizer.json"),
    JSON.stringify({
      version: "1.0",
      added_tokens: [{ id: 0, content: "<|endoftext|>", special: true }],
      pre_tokenizer: { type: "ByteLevel", add_prefix_space: false, use_regex: true },
      model: { type: "BPE", vocab: Object.fromEntries(texts.map((text, id) => [text, id])), merges },
    }),
  );
  writeFileSync(
    join(folder, "tokenizer_config.json"),
    JSON.stringify({ eos_token: "<|endoftext|>", bos_token: "<|endoftext|>" }),
  );
}

export function writeWeights(
  folder: string,
  tensors: Map<string, Tensor>,
  dtype: Dtype,
  format: Format,
): void {
  const [kind, file, write] = format.endsWith("bin")
    ? (["bin", "pytorch_model", torchFile] as const)
    : (["safetensors", "model", safetensorsFile] as const);
  if (!format.startsWith("sharded")) {
    writeFileSync(join(folder, `${file}.${kind}`), write(tensors, dtype));
    return;
  }
  const names = [...tensors.keys()];
  const weightMap: Record<string, string> = {};
  for (const [i, part] of [names.slice(0, 5), names.slice(5)].entries()) {
    const shard = `${file}-0000${i + 1}-of-00002.${kind}`;
    writeFileSync(
      join(folder, shard),
      write(new Map(part.map((name) => [name, tensors.get(name) as Tensor])), dtype),
    );
    for (const name of part) weightMap[name] = shard;
  }
  writeFileSync(
    join(folder, `${file}.${kind}.index.json`),
    JSON.stringify({ metadata: {}, weight_map: weightMap }),
  );
}

export function safetensorsFile(tensors: Map<string, Tensor>, dtype: Dtype): Buffer {
  const header: Record<string, unknown> = { __metadata__: { format: "pt" } };
  const parts: Buffer[] = [];
  let at = 0;
  for (const [name, { shape, values }] of tensors) {
    const bytes = encoded(values, dtype);
    header[name] = { dtype, shape, data_offsets: [at, at + bytes.length] };
    at += bytes.length;
    parts.push(bytes);
  }
  const json = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  return Buffer.concat([length, json, ...parts]);
}

const STORAGE = { F32: "FloatStorage", F16: "HalfStorage", BF16: "BFloat16Storage" };

/** What torch.save writes of a state dictionary: a zip, uncompressed, of a pickle and of each storage. */
export function torchFile(tensors: Map<string, Tensor>, dtype: Dtype): Buffer {
  const entries: [string, Buffer][] = [["archive/data.pkl", statePickle(tensors, dtype)]];
  for (const [i, { values }] of [...tensors.values()].entries())
    entries.push([`archive/data/${i}`, encoded(values, dtype)]);
  entries.push(["archive/version", Buffer.from("3\n")]);
  return zip(entries);
}

function statePickle(tensors: Map<string, Tensor>, dtype: Dtype): Buffer {
  const parts = [Buffer.from([0x80, 2]), global("collections", "OrderedDict"), Buffer.from(")R(")];
  for (const [i, [name, { shape, values }]] of [...tensors].entries()) {
    let step = 1;
    const stride = [...shape].reverse().map((size) => {
      const one = step;
      step *= size;
      return one;
    });
    parts.push(
      unicode(name),
      global("torch._utils", "_rebuild_tensor_v2"),
      Buffer.from("(("),
      unicode("storage"),
      global("torch", STORAGE[dtype]),
      unicode(String(i)),
      unicode("cpu"),
      int(values.length),
      Buffer.from("tQ"),
      int(0),
      tuple(shape),
      tuple(stride.reverse()),
      Buffer.from([0x89]),
      global("collections", "OrderedDict"),
      Buffer.from(")RtR"),
    );
  }
  return Buffer.concat([...parts, Buffer.from("u.")]);
}

export function global(module: string, name: string): Buffer {
  return Buffer.from(`c${module}\n${name}\n`);
}

export function unicode(text: string): Buffer {
  const bytes = Buffer.from(text);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(bytes.length);
  return Buffer.concat([Buffer.from("X"), length, bytes]);
}

function int(value: number): Buffer {
  const bytes = Buffer.alloc(5);
  bytes.write("J");
  bytes.writeInt32LE(value, 1);
  return bytes;
}

function tuple(values: number[]): Buffer {
  return Buffer.concat([Buffer.from("("), ...values.map(int), Buffer.from("t")]);
}

/** A zip without compression. */
export function zip(entries: [name: string, data: Buffer][]): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  for (const [name, data] of entries) {
    const path = Buffer.from(name);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0); // version
    common.writeUInt32LE(crc32(data), 10);
    common.writeUInt32LE(data.length, 14);
    common.writeUInt32LE(data.length, 18);
    common.writeUInt16LE(path.length, 22);
    parts.push(Buffer.from("PK\x03\x04"), common, path, data);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE(at, 10);
    directory.push(Buffer.from("PK\x01\x02\x14\x00", "latin1"), common, rest, path);
    at += 30 + path.length + data.length;
  }
  const list = Buffer.concat(directory);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(entries.length, 4);
  end.writeUInt16LE(entries.length, 6);
  end.writeUInt32LE(list.length, 8);
  end.writeUInt32LE(at, 12);
  return Buffer.concat([...parts, list, Buffer.from("PK\x05\x06"), end]);
}

function crc32(data: Buffer): number {
  let crc = 0xffffffff;
  for (const byte of data) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return ~crc >>> 0;
}

export function encoded(values: Float64Array, dtype: Dtype): Buffer {
  const floats = Float32Array.from(values);
  if (dtype === "F32") return Buffer.from(floats.buffer);
  const bits = new Uint32Array(floats.buffer);
  if (dtype === "BF16") return Buffer.from(Uint16Array.from(bits, (bit) => bit >>> 16).buffer);
  return Buffer.from(Uint16Array.from(values, halfBits).buffer);
}

function halfBits(value: number): number {
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const magnitude = Math.abs(value);
  if (Number.isNaN(value)) return 0x7e00;
  if (magnitude === Number.POSITIVE_INFINITY) return sign | 0x7c00;
  if (magnitude < 2 ** -14) return sign | (magnitude * 2 ** 24);
  const exponent = Math.floor(Math.log2(magnitude));
  return sign | ((exponent + 15) << 10) | ((magnitude / 2 ** exponent) * 1024 - 1024);
}

/** To the nearest value of the type that is not subnormal, or 0. */
function rounded(value: number, dtype: Dtype): number {
  if (dtype === "F32") return Math.fround(value);
  const magnitude = Math.abs(value);
  if (magnitude < 2 ** -14) return 0;
  const step = 2 ** (Math.floor(Math.log2(magnitude)) - (dtype === "F16" ? 10 : 7));
  return Math.round(value / step) * step;
}

/** Uniform numbers in (0, 1), the same for a seed: mulberry32. */
export function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (((mixed ^ (mixed >>> 14)) >>> 0) + 0.5) / 2 ** 32;
  };
}

function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(random())) * Math.cos(2 * Math.PI * random());
}
