// @ts-check
// Who follows whom in the target's text: a permutation of the vocabulary with cycles of known length. Needs nothing.
import { integer } from "./invalid-argument.mjs";
import { RandomStream } from "./random.mjs";

/** Tokens of a walk whose agreement is dialled, counted from a start. */
export const WINDOW = 512;
const MAX_STARTS = 16;
const STARTS_ON_SHORT_CYCLE = 8;

/**
 * @typedef {object} Successors
 * @property {Int32Array} next the token after each token
 * @property {Int32Array[]} cycles the tokens of each cycle, in order
 * @property {number} end the last token of the last cycle: seldom reached, and as good as any to end texts with
 * @property {number[]} starts tokens to begin a text with; their walks of 512 tokens do not meet where the cycle is longer
 */

/**
 * One random cycle through the whole vocabulary: no walk repeats itself before it has seen every token. Up to 16 starts lie
 * on it, one for each 512 tokens; a vocabulary under 4096 tokens has fewer than 8, one under 1024 a single one.
 *
 * With `cycle`, that many tokens, the first start among them, are cut off into a cycle of their own, on which all starts
 * then lie; the other tokens form the second cycle.
 * @param {{ vocabulary: number, seed: number, cycle?: number }} options
 * @returns {Successors}
 */
export function successors({ vocabulary, seed, cycle = 0 }) {
  const order = new RandomStream(seed, "successors").shuffle(
    Int32Array.from({ length: vocabulary }, (_, token) => token),
  );
  if (cycle !== 0) integer("cycle", cycle, 2, vocabulary - 2);
  const cycles = cycle === 0 ? [order] : [order.subarray(0, cycle), order.subarray(cycle)];
  const next = new Int32Array(vocabulary);
  for (const tokens of cycles) {
    for (const [i, token] of tokens.entries())
      next[token] = /** @type {number} */ (tokens[(i + 1) % tokens.length]);
  }
  return {
    next,
    cycles,
    end: order.at(-1) ?? 0,
    starts: startPositions(cycles[0]?.length ?? 0).map((i) => order[i] ?? 0),
  };
}

/** Where on a cycle the starts lie. @param {number} length */
export function startPositions(length) {
  if (length < WINDOW) {
    const count = Math.min(STARTS_ON_SHORT_CYCLE, length);
    return Array.from({ length: count }, (_, i) => Math.floor((i * length) / count));
  }
  const windows = Math.floor(length / WINDOW);
  const count = Math.min(MAX_STARTS, windows);
  return Array.from({ length: count }, (_, i) => Math.floor(windows / count) * WINDOW * i);
}

/**
 * The tokens after a start.
 * @param {Int32Array} next
 * @param {number} start
 * @param {number} length
 */
export function walk(next, start, length) {
  const tokens = [];
  for (let token = start; tokens.length < length; ) {
    token = /** @type {number} */ (next[token]);
    tokens.push(token);
  }
  return tokens;
}
