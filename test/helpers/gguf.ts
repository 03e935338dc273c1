import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import {
  array,
  type Gguf,
  parse,
  Reader,
  STRING,
  serialise,
  string,
  u32,
} from "../../scripts/gguf-parts.mjs";

export { type Gguf, parse };

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
