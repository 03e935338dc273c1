import { open } from "node:fs/promises";
import * as is from "../is.js";
import { damaged } from "./checkpoint-error.js";
import { readExactly } from "./read-exactly.js";
import { DTYPE_BYTES, type DType, elements, type StoredTensor } from "./stored-tensor.js";

/** More than any real header; a damaged length must not make us read gigabytes. */
const LARGEST_HEADER = 100 << 20;

/**
 * The tensors of a safetensors file: eight bytes with the header's length, the header as JSON, the data.
 * Rejects with CHECKPOINT_INVALID.
 */
export async function readSafetensors(path: string): Promise<Map<string, StoredTensor>> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const length = Number((await readExactly(path, file, 0, 8)).readBigUInt64LE());
    if (length > Math.min(LARGEST_HEADER, size - 8)) {
      throw damaged(path, `a header within the file's ${size} bytes`, `one of ${length} bytes`);
    }
    return tensors(path, (await readExactly(path, file, 8, length)).toString(), 8 + length, size);
  } finally {
    await file.close();
  }
}

function tensors(path: string, json: string, base: number, size: number): Map<string, StoredTensor> {
  const found = new Map<string, StoredTensor>();
  for (const [name, value] of Object.entries(parse(path, json))) {
    if (name === "__metadata__") continue;
    const { dtype, shape, data_offsets: offsets } = is.isRecord(value) ? value : {};
    if (!isDType(dtype) || !areSizes(shape) || !areSizes(offsets) || offsets.length !== 2) {
      throw damaged(path, `dtype, shape and data_offsets of ${name}`, JSON.stringify(value));
    }
    const [begin = 0, end = 0] = offsets;
    const tensor = { file: path, dtype, shape, offset: base + begin };
    const bytes = elements(tensor) * DTYPE_BYTES[dtype];
    if (end - begin !== bytes) {
      throw damaged(path, `${bytes} bytes for ${name} of shape [${shape.join(", ")}]`, `${end - begin}`);
    }
    if (base + end > size) throw damaged(path, `at least ${base + end} bytes, for ${name}`, `${size}`);
    found.set(name, tensor);
  }
  return found;
}

function parse(path: string, json: string): Record<string, unknown> {
  let header: unknown;
  try {
    header = JSON.parse(json);
  } catch (error) {
    throw damaged(path, "a header of JSON", String(error));
  }
  if (!is.isRecord(header)) throw damaged(path, "a header that is an object", typeof header);
  return header;
}

function isDType(value: unknown): value is DType {
  return typeof value === "string" && Object.hasOwn(DTYPE_BYTES, value);
}

function areSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);
}
