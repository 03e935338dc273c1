// @ts-check
// Shapes of real pairs, and small ones for tests. Needs nothing.
import { InvalidArgument } from "./invalid-argument.mjs";

/**
 * @typedef {import("./model-file.mjs").Shape} Shape
 * @typedef {{ target: Shape, draft: Shape, vocabulary: number, context: number }} PairShape
 */

/** @type {Readonly<Record<string, PairShape>>} */
export const PRESETS = {
  "pythia-1.4b/160m": {
    target: { name: "pythia-1.4b", graph: "gptneox", hidden: 2048, layers: 24, heads: 16, feedForward: 8192 },
    draft: { name: "pythia-160m", graph: "gptneox", hidden: 768, layers: 12, heads: 12, feedForward: 3072 },
    vocabulary: 50304,
    context: 2048,
  },
  "opt-350m/125m": {
    target: {
      name: "opt-350m",
      graph: "opt",
      hidden: 1024,
      word: 512,
      layers: 24,
      heads: 16,
      feedForward: 4096,
    },
    draft: { name: "opt-125m", graph: "opt", hidden: 768, layers: 12, heads: 12, feedForward: 3072 },
    vocabulary: 50272,
    context: 2048,
  },
  "codegen-2b/350m": {
    target: {
      name: "codegen-2b",
      graph: "phi2",
      hidden: 2560,
      rotary: 64,
      layers: 32,
      heads: 32,
      feedForward: 10240,
    },
    draft: {
      name: "codegen-350m",
      graph: "phi2",
      hidden: 1024,
      rotary: 32,
      layers: 20,
      heads: 16,
      feedForward: 4096,
    },
    vocabulary: 51200,
    context: 2048,
  },
  // There is no smaller CodeGen than the 350M: a draft as one would make it.
  "codegen-350m/60m": {
    target: {
      name: "codegen-350m",
      graph: "phi2",
      hidden: 1024,
      rotary: 32,
      layers: 20,
      heads: 16,
      feedForward: 4096,
    },
    draft: {
      name: "codegen-60m",
      graph: "phi2",
      hidden: 512,
      rotary: 32,
      layers: 6,
      heads: 8,
      feedForward: 2048,
    },
    vocabulary: 51200,
    context: 2048,
  },
  small: {
    target: { name: "small-42m", graph: "gptneox", hidden: 512, layers: 12, heads: 8, feedForward: 2048 },
    draft: { name: "small-5m", graph: "gptneox", hidden: 256, layers: 4, heads: 4, feedForward: 1024 },
    vocabulary: 4096,
    context: 2048,
  },
  tiny: {
    target: { name: "tiny-target", graph: "gptneox", hidden: 256, layers: 2, heads: 4, feedForward: 512 },
    draft: { name: "tiny-draft", graph: "gptneox", hidden: 128, layers: 1, heads: 2, feedForward: 256 },
    vocabulary: 4096,
    context: 2048,
  },
};

/** The preset of a name, or of a beginning that only one has. @param {string} name @returns {PairShape} */
export function preset(name) {
  const names = Object.keys(PRESETS);
  const meant = names.includes(name) ? [name] : names.filter((one) => one.startsWith(name));
  const found = meant.length === 1 && name !== "" ? PRESETS[meant[0] ?? ""] : undefined;
  if (!found)
    throw new InvalidArgument(
      `Expected one of ${names.join(", ")} for the preset but received ${JSON.stringify(name)}`,
    );
  return found;
}
