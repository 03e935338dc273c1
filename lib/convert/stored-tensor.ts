import { type FileHandle, open } from "node:fs/promises";
import { damaged } from "./checkpoint-error.js";
import { fromBfloat16, fromFloat16 } from "./float16.js";
import { readExactly } from "./read-exactly.js";

export const DTYPE_BYTES = {
  F64: 8,
  F32: 4,
  F16: 2,
  BF16: 2,
  I64: 8,
  I32: 4,
  I16: 2,
  I8: 1,
  U8: 1,
  BOOL: 1,
} as const;

export type DType = keyof typeof DTYPE_BYTES;

/** Where a checkpoint keeps a tensor: whole, row after row. */
export interface StoredTensor {
  file: string;
  dtype: DType;
  shape: readonly number[];
  /** Bytes from the beginning of the file. */
  offset: number;
}

export function elements({ shape }: Pick<StoredTensor, "shape">): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** Reads parts of tensors as floats; keeps the files open that it has read from. */
export class TensorReader {
  readonly #files = new Map<string, Promise<FileHandle>>();

  /** `count` values from the `first` on. Rejects with CHECKPOINT_INVALID where the file ends before them. */
  async read(tensor: StoredTensor, first: number, count: number): Promise<Float32Array> {
    const size = DTYPE_BYTES[tensor.dtype];
    const file = await this.#open(tensor.file);
    const bytes = await readExactly(tensor.file, file, tensor.offset + first * size, count * size);
    return toFloats(tensor, bytes);
  }

  async close(): Promise<void> {
    for (const file of this.#files.values()) await (await file).close();
    this.#files.clear();
  }

  #open(path: string): Promise<FileHandle> {
    const file = this.#files.get(path) ?? open(path);
    this.#files.set(path, file);
    return file;
  }
}

function toFloats({ file, dtype }: StoredTensor, { buffer }: Buffer<ArrayBuffer>): Float32Array {
  switch (dtype) {
    case "F32":
      return new Float32Array(buffer);
    case "F64":
      return Float32Array.from(new Float64Array(buffer));
    case "F16":
      return fromFloat16(new Uint16Array(buffer));
    case "BF16":
      return fromBfloat16(new Uint16Array(buffer));
    default:
      throw damaged(file, "weights of a floating-point type", dtype);
  }
}
