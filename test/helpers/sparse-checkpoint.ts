/** Large checkpoints in no time: the weights are holes in a file, and so zero. */
import { closeSync, ftruncateSync, mkdirSync, openSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import type { Family } from "./families/sizes.js";
import { writeTokenizer } from "./tiny-tokenizer.js";

/** Returns the bytes of the largest tensor, in f16. */
export function writeSparseCheckpoint(folder: string, { config, shapes }: Family): number {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "config.json"), JSON.stringify(config));
  writeTokenizer(folder);
  const header: Record<string, unknown> = {};
  let end = 0;
  let largest = 0;
  for (const [name, shape] of Object.entries(shapes)) {
    const bytes = 2 * shape.reduce((product, size) => product * size, 1);
    header[name] = { dtype: "F16", shape, data_offsets: [end, end + bytes] };
    end += bytes;
    largest = Math.max(largest, bytes);
  }
  const json = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  const file = openSync(join(folder, "model.safetensors"), "w");
  writeSync(file, Buffer.concat([length, json]));
  ftruncateSync(file, 8 + json.length + end);
  closeSync(file);
  return largest;
}
