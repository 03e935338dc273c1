import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** A GGUF file taken apart far enough to make models that differ from the embedded ones in one respect. */
export interface Gguf {
  /** Raw bytes of each value, its type in front. */
  metadata: Map<string, Buffer>;
  tensors: { name: string; dimensions: bigint[]; type: number; data: Buffer }[];
}

const STRING = 8;
const ARRAY = 9;
const SIZES = [1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8];
const ALIGNMENT = 32;
/** Added to the high byte of a small f16 number. */
const F16_DOUBLED = 4;

/** Writes a copy of an embedded model (or of a path) with an edit. */
export function rewrite(model: string, destination: string, edit: (gguf: Gguf) => void): string {
  const source = model.endsWith(".gguf")
    ? model
    : fileURLToPath(new URL(`../../models/${model}.f16.gguf`, import.meta.url));
  const gguf = parse(readFileSync(source));
  edit(gguf);
  writeFileSync(destination, serialise(gguf));
  return destination;
}

export function text(value: string): Buffer {
  return Buffer.concat([u32(STRING), string(value)]);
}

export function uint32(value: number): Buffer {
  return Buffer.concat([u32(4), u32(value)]);
}

export function bool(value: boolean): Buffer {
  return Buffer.concat([u32(7), Buffer.from([value ? 1 : 0])]);
}

/** Edits the vocabulary's texts; as many as before. Or another list of strings. */
export function editTexts(
  gguf: Gguf,
  edit: (texts: string[]) => string[],
  key = "tokenizer.ggml.tokens",
): void {
  const reader = new Reader(gguf.metadata.get(key) ?? Buffer.alloc(0), 8);
  const texts = Array.from({ length: Number(reader.u64()) }, () => reader.string());
  gguf.metadata.set(key, array(STRING, edit(texts).map(string)));
}

/**
 * Adds rows to the vocabulary, as models padded to a round size have. Their logits are those of tokens 0, 1, … doubled, so
 * that a draft that may take them does.
 */
export function pad(gguf: Gguf, rows: number): void {
  editTexts(gguf, (texts) => [...texts, ...Array.from({ length: rows }, (_, i) => `[PAD${i}]`)]);
  const types = gguf.metadata.get("tokenizer.ggml.token_type");
  if (types) {
    const old = types.subarray(16);
    gguf.metadata.set(
      "tokenizer.ggml.token_type",
      array(5, [old, ...Array(rows).fill(u32(1))], old.length / 4 + rows),
    );
  }
  for (const tensor of gguf.tensors) {
    const [width = 0n, size = 0n] = tensor.dimensions;
    if (!/^(token_embd|output)\.weight$/.test(tensor.name)) continue;
    tensor.dimensions = [width, size + BigInt(rows)];
    const padding = Buffer.from(tensor.data.subarray(0, (tensor.data.length / Number(size)) * rows));
    for (let at = 1; at < padding.length; at += 2) padding[at] = (padding[at] ?? 0) + F16_DOUBLED;
    tensor.data = Buffer.concat([tensor.data, padding]);
  }
}

function array(type: number, items: Buffer[], count = items.length): Buffer {
  return Buffer.concat([u32(ARRAY), u32(type), u64(BigInt(count)), ...items]);
}

class Reader {
  constructor(
    readonly bytes: Buffer,
    public at = 0,
  ) {}

  take(length: number): Buffer {
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }
  u32 = () => this.take(4).readUInt32LE();
  u64 = () => this.take(8).readBigUInt64LE();
  string = () => this.take(Number(this.u64())).toString();

  value(): Buffer {
    const start = this.at;
    this.skip(this.u32());
    return this.bytes.subarray(start, this.at);
  }
  private skip(type: number): void {
    if (type === STRING) this.string();
    else if (type === ARRAY) {
      const item = this.u32();
      for (let n = this.u64(); n > 0n; n--) this.skip(item);
    } else this.take(SIZES[type] ?? 0);
  }
}

export function parse(bytes: Buffer): Gguf {
  const reader = new Reader(bytes, 8);
  const [tensorCount, valueCount] = [Number(reader.u64()), Number(reader.u64())];
  const metadata = new Map(
    Array.from({ length: valueCount }, () => [reader.string(), reader.value()] as const),
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

function serialise({ metadata, tensors }: Gguf): Buffer {
  const parts = [Buffer.from("GGUF"), u32(3), u64(BigInt(tensors.length)), u64(BigInt(metadata.size))];
  for (const [key, value] of metadata) parts.push(string(key), value);
  let offset = 0;
  for (const { name, dimensions, type, data } of tensors) {
    parts.push(string(name), u32(dimensions.length), ...dimensions.map(u64), u32(type), u64(BigInt(offset)));
    offset += align(data.length);
  }
  const padTo = (length: number) => Buffer.alloc(align(length) - length);
  parts.push(padTo(parts.reduce((sum, part) => sum + part.length, 0)));
  for (const { data } of tensors) parts.push(data, padTo(data.length));
  return Buffer.concat(parts);
}

function align(length: number): number {
  return Math.ceil(length / ALIGNMENT) * ALIGNMENT;
}

function string(value: string): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([u64(BigInt(bytes.length)), bytes]);
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function u64(value: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(value);
  return bytes;
}
