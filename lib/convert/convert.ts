import { stat } from "node:fs/promises";
import { basename, resolve } from "node:path";
import { CallSite } from "../call-site.js";
import { createError } from "../errors.js";
import * as is from "../is.js";
import { type Checkpoint, readCheckpoint } from "./checkpoint.js";
import { damaged } from "./checkpoint-error.js";
import { planFor } from "./families/index.js";
import { toFloat16 } from "./float16.js";
import { type GgufTensor, writeGguf } from "./gguf-file.js";
import { type Metadata, type Plan, type PlannedTensor, type Rows, vocabularySize } from "./plan.js";
import { elements, type StoredTensor, TensorReader } from "./stored-tensor.js";
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

/** Bytes of floats that are read at once. */
const CHUNK = 16 << 20;
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

/** Checks the checkpoint's tensors, whose values are read when the file is written. */
function toGgufTensor(
  planned: PlannedTensor,
  checkpoint: Checkpoint,
  reader: TensorReader,
): GgufTensor & { bytes: number } {
  const { name, shape, from } = planned;
  const isVector = shape.length === 1;
  const parts =
    from instanceof Float32Array ? [] : from.map((rows) => ({ rows, stored: find(rows, checkpoint) }));
  async function* data(): AsyncGenerator<Uint8Array> {
    if (from instanceof Float32Array) yield bytesOf(from);
    for (const { rows, stored } of parts) {
      for await (const values of readRows(rows, stored, reader))
        yield isVector ? bytesOf(values) : toHalves(values, rows, stored);
    }
  }
  return {
    name,
    type: isVector ? "f32" : "f16",
    dimensions: [...shape].reverse(),
    bytes: elements({ shape }) * (isVector ? 4 : 2),
    data,
  };
}

function find({ tensor, shape }: Rows, { folder, config, tensors }: Checkpoint): StoredTensor {
  const stored = tensors.get(tensor);
  if (stored === undefined) throw damaged(folder, `a tensor ${tensor}, as ${config.file} promises`, "none");
  if (stored.shape.length !== shape.length || stored.shape.some((size, i) => size !== shape[i])) {
    throw damaged(
      stored.file,
      `${tensor} of shape [${shape.join(", ")}], as ${config.file} says`,
      `[${stored.shape.join(", ")}]`,
    );
  }
  if (!["F16", "BF16", "F32", "F64"].includes(stored.dtype)) {
    throw damaged(stored.file, `${tensor} of a floating-point type`, stored.dtype);
  }
  return stored;
}

/** The wanted rows in order, a few at a time. */
async function* readRows(
  rows: Rows,
  stored: StoredTensor,
  reader: TensorReader,
): AsyncGenerator<Float32Array> {
  const [height = 0, width = 1] = rows.shape;
  if (rows.transposed) {
    yield transposed(await reader.read(stored, 0, height * width), height, width);
    return;
  }
  const count = rows.count ?? height;
  const order = rows.order ?? ((row: number) => row);
  const atOnce = Math.max(1, Math.floor(CHUNK / 4 / width));
  for (let first = 0; first < count; first += atOnce) {
    const last = Math.min(count, first + atOnce);
    const values = new Float32Array((last - first) * width);
    for (let row = first; row < last; ) {
      // Rows that follow each other in the file are read together.
      let end = row + 1;
      while (end < last && order(end) === order(end - 1) + 1) end++;
      values.set(await reader.read(stored, order(row) * width, (end - row) * width), (row - first) * width);
      row = end;
    }
    yield values;
  }
}

function transposed(values: Float32Array, height: number, width: number): Float32Array {
  const result = new Float32Array(values.length);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++)
      result[column * height + row] = values[row * width + column] as number;
  }
  return result;
}

function toHalves(values: Float32Array, { tensor }: Rows, { file }: StoredTensor): Uint8Array {
  const { halves, outside } = toFloat16(values);
  if (outside > 0) {
    throw createError(
      "WEIGHTS_OUT_OF_RANGE",
      `${file}: expected weights of ${tensor} within f16's ±65504 but found ${outside} of ${values.length} beyond`,
    );
  }
  return bytesOf(halves);
}

function bytesOf(values: Float32Array | Uint16Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}
