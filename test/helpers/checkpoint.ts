/** Tiny random checkpoints in the hub's layout: every family, format and type that can be converted. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { codegen } from "./families/codegen.js";
import { neox } from "./families/gpt-neox.js";
import { gpt2 } from "./families/gpt2.js";
import { decoder } from "./families/llama.js";
import { opt } from "./families/opt.js";
import { type Family, VOCABULARY } from "./families/sizes.js";
import { type Dtype, rounded } from "./floats.js";
import { generator, normal } from "./random.js";
import { writeTokenizer } from "./tiny-tokenizer.js";
import { type Format, type Tensor, writeWeights } from "./weights.js";

export interface Checkpoint {
  folder: string;
  config: Record<string, unknown>;
  /** As stored: already rounded to the type. */
  tensors: Map<string, Tensor>;
}

/** config.json and the shapes of the tensors of each family. */
export const FAMILIES: Record<string, () => Family> = {
  "gpt-neox": () => neox(true),
  "gpt-neox, sequential": () => neox(false),
  opt: () => opt(),
  "opt, output matrix of its own": () => opt({ tied: false }),
  "opt, norm after, projections": () => opt({ word: 24, normBefore: false }),
  "opt, norm before, projections": () => opt({ word: 24 }),
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

export interface CheckpointOptions {
  dtype?: Dtype;
  format?: Format;
  seed?: number;
  /** Rows of the token matrices. */
  vocabulary?: number;
  /** Writes the tokenizer's files. @default a very small tokenizer */
  tokenizer?: (folder: string) => void;
}

/** Writes a checkpoint of random weights with a tokenizer. */
export function writeCheckpoint(
  folder: string,
  family: string | Family,
  {
    dtype = "F16",
    format = "safetensors",
    seed = 1,
    vocabulary = VOCABULARY,
    tokenizer = writeTokenizer,
  }: CheckpointOptions = {},
): Checkpoint {
  const made = typeof family === "string" ? FAMILIES[family]?.() : family;
  if (made === undefined) throw new Error(`no family ${family}`);
  const { config, shapes } = made;
  config.vocab_size = vocabulary;
  const random = generator(seed);
  const tensors = new Map<string, Tensor>();
  for (const [name, shape] of Object.entries(shapes)) {
    if (/embed_in|embed_out|embed_tokens|wte|lm_head/.test(name)) shape[0] = vocabulary;
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
  tokenizer(folder);
  writeWeights(folder, tensors, dtype, format);
  return { folder, config, tensors };
}
