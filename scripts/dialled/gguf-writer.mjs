// @ts-check
// Writes GGUF files whose tensors are made while they are written, so that no model need fit into memory.
//
// Needs: a folder to write to, the built package. Leaves: the whole file or none; `<file>.<pid>.partial` while it writes.
import { open } from "node:fs/promises";
import { writeWholeFile } from "../../dist/whole-file.js";

const ALIGNMENT = 32;
const VALUE_TYPES = /** @type {const} */ ({ u32: 4, i32: 5, f32: 6, bool: 7, string: 8, array: 9, f64: 12 });
const TENSOR_TYPES = /** @type {const} */ ({ f32: { code: 0, bytes: 4 }, f16: { code: 1, bytes: 2 } });

/**
 * @typedef {Exclude<keyof typeof VALUE_TYPES, "array">} ScalarType
 * @typedef {[key: string, type: ScalarType, value: number | string | boolean]
 *   | [key: string, type: `${ScalarType}[]`, value: readonly (number | string | boolean)[]]} Metadata
 * @typedef {object} Tensor
 * @property {string} name
 * @property {number[]} dimensions the row's length first
 * @property {keyof typeof TENSOR_TYPES} type
 * @property {() => Iterable<Uint8Array>} data its bytes in order; a chunk may be overwritten once the next is asked for
 * @typedef {{ signal?: AbortSignal | undefined, onProgress?: ((written: number, size: number) => void) | undefined }} WriteOptions
 */

export class GgufFile {
  /**
   * @param {readonly Metadata[]} metadata
   * @param {readonly Tensor[]} tensors
   */
  constructor(metadata, tensors) {
    const parts = [
      Buffer.from("GGUF"),
      scalar("u32", 3),
      u64(tensors.length),
      u64(metadata.length),
      ...metadata.flatMap(([key, type, value]) => [scalar("string", key), ...typed(type, value)]),
    ];
    let size = 0;
    for (const tensor of tensors) {
      const type = TENSOR_TYPES[tensor.type];
      parts.push(scalar("string", tensor.name), scalar("u32", tensor.dimensions.length));
      parts.push(...tensor.dimensions.map(u64), scalar("u32", type.code), u64(size));
      size += align(byteLength(tensor));
    }
    const header = Buffer.concat(parts);
    this.tensors = tensors;
    this.header = Buffer.concat([header, Buffer.alloc(align(header.length) - header.length)]);
    this.size = this.header.length + size;
  }

  /** Whether a file is this one: its length and everything before the tensors is compared. @param {string} path */
  async isAt(path) {
    const file = await open(path).catch(() => null);
    if (!file) return false;
    try {
      if ((await file.stat()).size !== this.size) return false;
      const found = Buffer.alloc(this.header.length);
      await file.read(found, 0, found.length, 0);
      return found.equals(this.header);
    } finally {
      await file.close();
    }
  }

  /**
   * Rejects with the signal's reason, and with what the file system says. Whatever happens, `path` is never half a file.
   * @param {string} path
   * @param {WriteOptions} [options]
   */
  async write(path, { signal, onProgress } = {}) {
    let written = 0;
    await writeWholeFile(path, this.#chunks(), {
      signal,
      onBytes: (bytes) => {
        written += bytes;
        onProgress?.(written, this.size);
      },
    });
  }

  *#chunks() {
    yield this.header;
    for (const tensor of this.tensors) {
      const length = byteLength(tensor);
      let written = 0;
      for (const chunk of tensor.data()) {
        yield chunk;
        written += chunk.length;
      }
      if (written !== length) throw new Error(`${tensor.name} has ${written} bytes instead of ${length}`);
      if (align(length) > length) yield Buffer.alloc(align(length) - length);
    }
  }
}

/** @param {Tensor} tensor */
function byteLength({ dimensions, type }) {
  return dimensions.reduce((product, n) => product * n, TENSOR_TYPES[type].bytes);
}

/** @param {number} length */
function align(length) {
  return Math.ceil(length / ALIGNMENT) * ALIGNMENT;
}

/**
 * A value, its type in front.
 * @param {Metadata[1]} type
 * @param {Metadata[2]} value
 */
function typed(type, value) {
  const item = /** @type {ScalarType} */ (type.replace("[]", ""));
  const code = scalar("u32", VALUE_TYPES[item]);
  if (!Array.isArray(value)) return [code, scalar(item, /** @type {any} */ (value))];
  const items = value.map((one) => scalar(item, one));
  return [scalar("u32", VALUE_TYPES.array), code, u64(items.length), ...items];
}

/**
 * @param {ScalarType} type
 * @param {any} value
 */
function scalar(type, value) {
  if (type === "string") {
    const text = Buffer.from(value);
    return Buffer.concat([u64(text.length), text]);
  }
  if (type === "bool") return Buffer.from([value ? 1 : 0]);
  const bytes = Buffer.alloc(type === "f64" ? 8 : 4);
  if (type === "u32") bytes.writeUInt32LE(value);
  else if (type === "i32") bytes.writeInt32LE(value);
  else if (type === "f32") bytes.writeFloatLE(value);
  else bytes.writeDoubleLE(value);
  return bytes;
}

/** @param {number} value */
function u64(value) {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}
