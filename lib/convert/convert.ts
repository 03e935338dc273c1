import { stat } from "node:fs/promises";
import { basename, resolve } from "node:path";
import { CallSite } from "../call-site.js";
import * as is from "../is.js";
import { readCheckpoint } from "./checkpoint.js";
import { toGgufTensor } from "./converted-tensor.js";
import { planFor } from "./families/index.js";
import { writeGguf } from "./gguf-file.js";
import { type Metadata, type Plan, vocabularySize } from "./plan.js";
import { elements, TensorReader } from "./stored-tensor.js";
import { tokenizerMetadata } from "./tokenizer.js";

export interface ConvertOptions {
  /** Folder of a checkpoint in the hub's layout: config.json, weights, tokenizer. */
  from: string;
  /** The GGUF file to write. It is replaced if it exists. */
  to: string;
  /**
   * What the model calls itself.
   * @default the folder's name
   */
  name?: string;
  /** The repository that the checkpoint is from, for the file's metadata. */
  repository?: string;
  /** The revision of the repository. */
  revision?: string;
  /** Aborts with its reason; nothing is left behind. */
  signal?: AbortSignal;
  /** Called with the share of the bytes that are written, 0…1. */
  onProgress?: (fraction: number) => void;
}

export interface ConvertReport {
  /** Absolute path of the file. */
  path: string;
  /** llama.cpp's name of the architecture. */
  architecture: string;
  tensors: number;
  parameters: number;
  /** Bytes of the file. */
  bytes: number;
}

const F16 = 1;

/**
 * Converts a checkpoint of the GPT-NeoX, OPT, CodeGen, GPT-2, Llama, Mistral, Qwen2 or Qwen3 family, with a byte-level BPE
 * tokenizer, to GGUF: matrices in f16, vectors in f32.
 *
 * Rejects with OPTION_INVALID, OPTION_UNKNOWN; CHECKPOINT_NOT_FOUND for missing files, CHECKPOINT_INVALID for damaged or contradictory
 * ones, CHECKPOINT_UNSUPPORTED for what cannot be converted, WEIGHTS_OUT_OF_RANGE for weights beyond f16's ±65504.
 */
export function convertCheckpoint(options: ConvertOptions): Promise<ConvertReport> {
  return new CallSite(convertCheckpoint).wait(async () => {
    const { from, to, name, repository, revision, signal, onProgress } = resolveOptions(options);
    signal?.throwIfAborted();
    const checkpoint = await readCheckpoint(from);
    const plan = planFor(checkpoint.config, (tensor) => checkpoint.tensors.has(tensor));
    const reader = new TensorReader();
    try {
      const tensors = plan.tensors.map((tensor) => toGgufTensor(tensor, checkpoint, reader));
      const vocabulary = vocabularySize(plan);
      const metadata: Metadata[] = [
        ["general.architecture", "string", plan.architecture],
        ["general.name", "string", name],
        ["general.file_type", "u32", F16],
        ...(repository === null
          ? []
          : [["general.source.huggingface.repository", "string", repository] satisfies Metadata]),
        ...(revision === null ? [] : [["general.source.revision", "string", revision] satisfies Metadata]),
        ...plan.metadata.map(([key, ...value]): Metadata => [`${plan.architecture}.${key}`, ...value]),
        [`${plan.architecture}.vocab_size`, "u32", vocabulary],
        ...(await tokenizerMetadata(checkpoint, vocabulary)),
      ];
      const total = tensors.reduce((sum, { bytes }) => sum + bytes, 0);
      let written = 0;
      await writeGguf(to, metadata, tensors, {
        signal,
        onBytes: (bytes) => {
          written += bytes;
          onProgress?.(Math.min(1, written / total));
        },
      });
    } finally {
      await reader.close();
    }
    const path = resolve(to);
    return { path, ...summary(plan), bytes: (await stat(path)).size };
  });
}

function resolveOptions(options: ConvertOptions) {
  const given = is.record("options", options);
  is.onlyKnownKeys("", given, ["from", "to", "name", "repository", "revision", "signal", "onProgress"]);
  const from = is.nonEmptyString("from", given.from);
  const onProgress = given.onProgress;
  if (onProgress !== undefined && typeof onProgress !== "function")
    throw is.invalid("onProgress", "function", onProgress);
  return {
    from,
    to: is.nonEmptyString("to", given.to),
    name: is.optional(given.name, (value) => is.nonEmptyString("name", value)) ?? basename(resolve(from)),
    repository: is.optional(given.repository, (value) => is.nonEmptyString("repository", value)),
    revision: is.optional(given.revision, (value) => is.nonEmptyString("revision", value)),
    signal: is.optional(given.signal, (value) => is.abortSignal("signal", value)) ?? undefined,
    onProgress: onProgress as ConvertOptions["onProgress"],
  };
}

function summary({ architecture, tensors }: Plan) {
  return {
    architecture,
    tensors: tensors.length,
    parameters: tensors.reduce((sum, { shape }) => sum + elements({ shape }), 0),
  };
}
