// @ts-check
// A model's first layers as a model of its own: a draft without training, for comparing drafts of one target. Needs a GGUF file
// that fits into memory; leaves another, or nothing.
//   node scripts/truncate-layers.mjs models/fable-17m.f16.gguf 3 build/models/fable-17m-3-layers.f16.gguf
import { mkdir, readFile } from "node:fs/promises";
import { dirname } from "node:path";
import { writeWholeFile } from "../dist/whole-file.js";
import { parse, Reader, serialise, u32 } from "./gguf-parts.mjs";

const [source, count, destination] = process.argv.slice(2);
const layers = Number(count);
if (source === undefined || destination === undefined || !Number.isInteger(layers) || layers < 1) {
  process.stderr.write("Usage: node scripts/truncate-layers.mjs <model.gguf> <layers> <out.gguf>\n");
  process.exit(2);
}
const gguf = parse(await readFile(source));
const architecture = new Reader(gguf.metadata.get("general.architecture") ?? Buffer.alloc(12), 4).string();
const key = `${architecture}.block_count`;
const all = gguf.metadata.get(key)?.readUInt32LE(4) ?? 0;
if (layers >= all) {
  process.stderr.write(`Expected fewer than the model's ${all} layers but received ${layers}\n`);
  process.exit(2);
}
gguf.metadata.set(key, Buffer.concat([u32(4), u32(layers)]));
gguf.tensors = gguf.tensors.filter(({ name }) => !/^blk\./.test(name) || Number(name.split(".")[1]) < layers);
await mkdir(dirname(destination), { recursive: true });
await writeWholeFile(destination, [serialise(gguf)]);
process.stdout.write(`${destination}\n`);
