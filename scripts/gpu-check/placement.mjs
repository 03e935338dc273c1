// @ts-check
// Whether the layers of what is measured lie where they shall: all on the device, or none where the check is the CPU's.
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { isDeepStrictEqual } from "node:util";
import { capture } from "./capture.mjs";

const PAIR_LAYERS = fileURLToPath(new URL("pair-layers.mjs", import.meta.url));

/**
 * @typedef {import("./steps.mjs").Check} Check
 * @typedef {[target: string] | [target: string, draft: string]} Models by path or name
 * @typedef {{ target: number, draft: number }} Layers
 * @typedef {{ models: string[], placed: Layers, all: Layers }} PlacedPair placed: of `all`, on the device
 */

/** Flags of `foretoken bench` for that. @param {Check} check */
export function placementFlags({ cpu }) {
  return cpu ? ["--device", "CPU"] : ["--gpu-layers", "all", "--draft-gpu-layers", "all"];
}

/**
 * Loads each before it is measured: layers asked for on a device that is not there are the CPU's without a word. Rejects where one
 * lies elsewhere.
 * @param {Check} check @param {Models[]} pairs
 * @returns {Promise<PlacedPair[]>}
 */
export async function requireLayers(check, pairs) {
  /** @type {PlacedPair[]} */
  const found = [];
  for (const models of pairs) {
    const pair = { models: models.map((model) => basename(model)), ...(await layersOf(check, models)) };
    const wanted = check.cpu ? { target: 0, draft: 0 } : pair.all;
    if (!isDeepStrictEqual(pair.placed, wanted))
      throw new Error(`Expected ${JSON.stringify(wanted)} layers on the device of ${JSON.stringify(pair)}`);
    found.push(pair);
  }
  return found;
}

/** @param {Check} check @param {Models} models @returns {Promise<{ placed: Layers, all: Layers }>} */
async function layersOf(check, models) {
  check.say(`placing ${models.map((model) => basename(model)).join(" + ")}`);
  const args = [PAIR_LAYERS, check.cpu ? "none" : "all", ...models];
  const { code, stdout, stderr } = await capture(check, process.execPath, args);
  if (code !== 0) throw new Error(`placing layers ended with ${code}:\n${stderr.slice(-2000)}`);
  return JSON.parse(stdout);
}
