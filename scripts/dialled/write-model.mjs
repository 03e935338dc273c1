// @ts-check
// Puts a made model into a folder, unless it is there. Needs the built package; leaves `<name>.f16.gguf` and `<name>.json`.
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { writeWholeFile } from "../../dist/whole-file.js";

/**
 * @typedef {object} ModelFile
 * @property {string} name
 * @property {import("./gguf-writer.mjs").GgufFile} file
 * @property {object} about what benchmarks need to know, for the JSON file
 */

/**
 * @param {string} folder
 * @param {ModelFile} model
 * @param {import("./gguf-writer.mjs").WriteOptions} [writing]
 * @returns {Promise<{ path: string, reused: boolean }>} reused: a whole file with the same parameters was there
 */
export async function writeModel(folder, { name, file, about }, writing) {
  await mkdir(folder, { recursive: true });
  const path = join(folder, `${name}.f16.gguf`);
  const reused = await file.isAt(path);
  if (!reused) await file.write(path, writing);
  await writeText(
    join(folder, `${name}.json`),
    `${JSON.stringify({ model: `${name}.f16.gguf`, ...about }, null, 2)}\n`,
  );
  return { path, reused };
}

/** @param {string} path @param {string} text */
async function writeText(path, text) {
  if ((await readFile(path, "utf8").catch(() => "")) === text) return;
  await writeWholeFile(path, [Buffer.from(text)]);
}
