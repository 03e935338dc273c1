/** Values of GGUF metadata beyond those test/helpers/gguf.ts needs itself, and edits of whole models. */
import { type Gguf, text } from "./gguf.js";

const INT32 = 5;
const FLOAT32 = 6;
const ARRAY = 9;
const UINT64 = 10;

export function strings(values: (string | Buffer)[]): Buffer {
  return array(
    8,
    values.map((value) => {
      const bytes = Buffer.from(value as string);
      return Buffer.concat([u64(bytes.length), bytes]);
    }),
  );
}

export function int32s(values: number[]): Buffer {
  return array(INT32, values.map(i32));
}

export function float32s(values: number[]): Buffer {
  return array(FLOAT32, values.map(f32));
}

export function int32(value: number): Buffer {
  return Buffer.concat([u32(INT32), i32(value)]);
}

export function uint64(value: number): Buffer {
  return Buffer.concat([u32(UINT64), u64(value)]);
}

export function float32(value: number): Buffer {
  return Buffer.concat([u32(FLOAT32), f32(value)]);
}

/** Makes the file one of another architecture: its name, and that of every key. */
export function renameArchitecture({ metadata }: Gguf, from: string, to: string): void {
  for (const [key, value] of [...metadata]) {
    if (!key.startsWith(`${from}.`)) continue;
    metadata.delete(key);
    metadata.set(key.replace(from, to), value);
  }
  metadata.set("general.architecture", text(to));
}

function array(type: number, items: Buffer[]): Buffer {
  return Buffer.concat([u32(ARRAY), u32(type), u64(items.length), ...items]);
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function i32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(value);
  return bytes;
}

function u64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}

function f32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatLE(value);
  return bytes;
}
