// @ts-check
// Prints how many layers of a target and its draft lie on devices when all are asked for there, or none, and how many there are.
// Usage: node pair-layers.mjs <all | none> <target> [draft]. Needs the built package.
import { loadPair } from "../../dist/index.js";

const [layers, target = "", model] = process.argv.slice(2);
const gpuLayers = layers === "all" ? layers : 0;
const pair = await loadPair({
  ...{ target, gpuLayers, contextSize: 512, deterministic: true },
  draft: model === undefined ? false : { model, gpuLayers },
});
// The output is a layer, too.
const all = { target: pair.target.layers + 1, draft: pair.draft === null ? 0 : pair.draft.layers + 1 };
process.stdout.write(JSON.stringify({ placed: pair.gpuLayers, all }));
await pair.close();
