// @ts-check
// A GGUF file taken apart far enough to make models that differ from another in one respect. Needs the file in memory.

/**
 * @typedef {object} Gguf
 * @property {Map<string, Buffer>} metadata raw bytes of each value, its type in front
 * @property {{ name: string, dimensions: bigint[], type: number, data: Buffer }[]} tensors
 */

export const STRING = 8;
const ARRAY = 9;
const SIZES = [1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8];
const ALIGNMENT = 32;

export class Reader {
  /** @param {Buffer} bytes @param {number} [at] */
  constructor(bytes, at = 0) {
    this.bytes = bytes;
    this.at = at;
  }

  /** @param {number} length */
  take(length) {
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }
  u32 = () => this.take(4).readUInt32LE();
  u64 = () => this.take(8).readBigUInt64LE();
  string = () => this.take(Number(this.u64())).toString();

  value() {
    const start = this.at;
    this.#skip(this.u32());
    return this.bytes.subarray(start, this.at);
  }
  /** @param {number} type */
  #skip(type) {
    if (type === STRING) this.string();
    else if (type === ARRAY) {
      const item = this.u32();
      for (let n = this.u64(); n > 0n; n--) this.#skip(item);
    } else this.take(SIZES[type] ?? 0);
  }
}

/** @param {Buffer} bytes @returns {Gguf} */
export function parse(bytes) {
  const reader = new Reader(bytes, 8);
  const [tensorCount, valueCount] = [Number(reader.u64()), Number(reader.u64())];
  const metadata = new Map(
    Array.from({ length: valueCount }, () => /** @type {const} */ ([reader.string(), reader.value()])),
  );
  const infos = Array.from({ length: tensorCount }, () => ({
    name: reader.string(),
    dimensions: Array.from({ length: reader.u32() }, () => reader.u64()),
    type: reader.u32(),
    offset: Number(reader.u64()),
  }));
  const start = align(reader.at);
  const ends = infos.map(({ offset }) =>
    Math.min(...infos.map((i) => i.offset).filter((o) => o > offset), bytes.length - start),
  );
  return {
    metadata,
    tensors: infos.map(({ offset, ...info }, i) => ({
      ...info,
      data: bytes.subarray(start + offset, start + (ends[i] ?? 0)),
    })),
  };
}

/** @param {Gguf} gguf */
export function serialise({ metadata, tensors }) {
  /** @type {Uint8Array[]} */
  const parts = [Buffer.from("GGUF"), u32(3), u64(BigInt(tensors.length)), u64(BigInt(metadata.size))];
  for (const [key, value] of metadata) parts.push(string(key), value);
  let offset = 0;
  for (const { name, dimensions, type, data } of tensors) {
    parts.push(string(name), u32(dimensions.length), ...dimensions.map(u64), u32(type), u64(BigInt(offset)));
    offset += align(data.length);
  }
  /** @param {number} length */
  const padTo = (length) => Buffer.alloc(align(length) - length);
  parts.push(padTo(parts.reduce((sum, part) => sum + part.length, 0)));
  for (const { data } of tensors) parts.push(data, padTo(data.length));
  return Buffer.concat(parts);
}

/** An array's bytes. @param {number} type @param {Buffer[]} items @param {number} [count] */
export function array(type, items, count = items.length) {
  return Buffer.concat([u32(ARRAY), u32(type), u64(BigInt(count)), ...items]);
}

/** @param {string} value */
export function string(value) {
  const bytes = Buffer.from(value);
  return Buffer.concat([u64(BigInt(bytes.length)), bytes]);
}

/** @param {number} value */
export function u32(value) {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

/** @param {number} length */
function align(length) {
  return Math.ceil(length / ALIGNMENT) * ALIGNMENT;
}

/** @param {bigint} value */
function u64(value) {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(value);
  return bytes;
}
