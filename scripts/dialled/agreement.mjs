// @ts-check
// Which tokens the draft gets right, laid out along the target's walk. Needs nothing.
//
// Each stretch of 512 tokens has its exact share of agreeing tokens, in random order. Where a published start begins one, the
// order is the most typical of many: what rounds of 1 … 16 drafted tokens find there is as close as can be to what
// independent draws would give on average.
import { RandomStream } from "./random.mjs";
import { startPositions, WINDOW } from "./successors.mjs";

const DRAFT_LENGTHS = [1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 15, 16];
const CANDIDATES = 20_000;
/** A cycle shorter than the window has many starts to please and repeats its own deviations; more would not help. */
const CANDIDATES_ON_SHORT_CYCLE = 2000;
/** As typical as this is typical enough; see atypicality. */
const ENOUGH = 0.95;
/** Texts as long as this have the agreement dialled, within that much. */
const TOLERANCES = /** @type {const} */ ([
  [512, 0.005],
  [256, 0.01],
  [128, 0.02],
]);

/** What a token is: bit 0, the draft agrees; bit 1, it is of the easy class. */
const AGREES = 1;
const EASY = 2;

/**
 * @typedef {{ name: string, share: number, agreement: number }} TokenClass
 * @typedef {object} Agreement
 * @property {Int32Array} next the draft's successors: another permutation
 * @property {Uint8Array} classOf the class of each token, an index into classes
 * @property {TokenClass[]} classes shares of the vocabulary and the agreement of each, as dialled
 */

/**
 * Two classes whose agreement differs by `information` (0: a single class, 1: the classes tell all), mixed so that the whole
 * has the agreement asked for. The chance that a random agreeing token is of a better class than a random other one, ties
 * counted half, is (1 + information) / 2 at any agreement.
 * @param {number} agreement
 * @param {number} information
 * @returns {TokenClass[]}
 */
export function tokenClasses(agreement, information) {
  if (information === 0) return [{ name: "all", share: 1, agreement }];
  const classes = [
    { name: "hard", share: 1 - agreement, agreement: agreement * (1 - information) },
    { name: "easy", share: agreement, agreement: agreement + information * (1 - agreement) },
  ];
  return classes.filter(({ share }) => share > 0);
}

/**
 * @param {{ cycles: Int32Array[], agreement: number, information: number, seed: number }} options
 * @returns {Agreement}
 */
export function layOutAgreement({ cycles, agreement, information, seed }) {
  const vocabulary = cycles.reduce((sum, cycle) => sum + cycle.length, 0);
  const random = new RandomStream(seed, "agreement", agreement, information);
  const classes = tokenClasses(agreement, information);
  const kinds = new Uint8Array(vocabulary);
  for (const [i, cycle] of cycles.entries()) {
    const starts = i === 0 ? startPositions(cycle.length) : [];
    for (let from = 0; from < cycle.length; from += WINDOW) {
      const block = mixture(from, Math.min(cycle.length, from + WINDOW), agreement, classes);
      const begun = starts.filter((start) => start >= from && start < from + block.length);
      arrange(
        block,
        begun.map((start) => start - from),
        agreement,
        random,
      );
      for (const [j, kind] of block.entries()) kinds[/** @type {number} */ (cycle[from + j])] = kind;
    }
  }
  const next = divergingSuccessors(cycles, kinds, random);
  const classOf = kinds.map((kind) => (classes.length > 1 && kind & EASY ? 1 : 0));
  return { next, classOf, classes };
}

/**
 * What the tokens from one place of a cycle to another are, still sorted. Counts are rounded for the whole cycle up to each
 * place, so that no block is off by a whole token and errors never add up.
 * @param {number} from
 * @param {number} to
 * @param {number} agreement
 * @param {TokenClass[]} classes
 */
function mixture(from, to, agreement, classes) {
  /** @param {number} share */
  const count = (share) => Math.round(share * to) - Math.round(share * from);
  const length = to - from;
  const agreeing = count(agreement);
  const best = classes.at(-1);
  const easy = best && classes.length > 1 ? count(best.share) : 0;
  const both = Math.max(
    0,
    easy + agreeing - length,
    Math.min(easy, agreeing, best ? count(best.share * best.agreement) : 0),
  );
  const block = new Uint8Array(length);
  block.fill(EASY | AGREES, 0, both).fill(EASY, both, easy);
  return block.fill(AGREES, easy, easy + agreeing - both);
}

/**
 * Shuffles a block; where walks start in it, until it is typical.
 * @param {Uint8Array} block
 * @param {number[]} starts
 * @param {number} agreement
 * @param {RandomStream} random
 */
function arrange(block, starts, agreement, random) {
  random.shuffle(block);
  if (starts.length === 0 || agreement === 0 || agreement === 1) return;
  let best = block.slice();
  let least = Number.POSITIVE_INFINITY;
  const candidates = block.length < WINDOW ? CANDIDATES_ON_SHORT_CYCLE : CANDIDATES;
  for (let i = 0; i < candidates && least > ENOUGH; i++) {
    let distance = 0;
    for (const start of starts) distance = Math.max(distance, atypicality(block, start, agreement, least));
    if (distance < least) {
      least = distance;
      best = block.slice();
    }
    random.shuffle(block);
  }
  block.set(best);
}

/**
 * How far from the average of independent draws a text of 512 tokens is, the worst of: the agreement of all its tokens and of
 * its beginnings (in units of their tolerances), that of the tokens that rounds reach (of half a point), and tokens per round
 * (of 2%).
 * @param {Uint8Array} block
 * @param {number} start
 * @param {number} agreement
 * @param {number} enough stops looking when it is as much
 */
function atypicality(block, start, agreement, enough) {
  let worst = 0;
  for (const [length, tolerance] of TOLERANCES) {
    let agreeing = 0;
    for (let i = 0; i < length; i++) agreeing += kindAt(block, start + i) & AGREES;
    worst = Math.max(worst, Math.abs(agreeing / length - agreement) / tolerance);
  }
  for (const draftLength of DRAFT_LENGTHS) {
    if (worst >= enough) break;
    const { accepted, corrections, rounds } = countRounds(block, start, draftLength);
    const expected = (1 - agreement ** (draftLength + 1)) / (1 - agreement);
    worst = Math.max(
      worst,
      Math.abs(accepted / (accepted + corrections) - agreement) / 0.005,
      Math.abs(WINDOW / rounds / expected - 1) / 0.02,
    );
  }
  return worst;
}

/**
 * What a scheduler counts that drafts so many tokens in each round, over 512 tokens.
 * @param {Uint8Array} block
 * @param {number} start
 * @param {number} draftLength
 */
function countRounds(block, start, draftLength) {
  const counts = { rounds: 0, accepted: 0, corrections: 0 };
  for (let written = 0; written < WINDOW; counts.rounds++) {
    const drafted = Math.min(draftLength, WINDOW - written - 1);
    let accepted = 0;
    while (accepted < drafted && kindAt(block, start + written + accepted) & AGREES) accepted++;
    counts.accepted += accepted;
    if (accepted < drafted) counts.corrections++;
    written += accepted + 1;
  }
  return counts;
}

/** A block shorter than the window is a whole cycle. @param {Uint8Array} block @param {number} at */
function kindAt(block, at) {
  return /** @type {number} */ (block[at % block.length]);
}

/**
 * The target's successors, those of the disagreeing tokens passed around among them: still a permutation, and wrong exactly
 * there. A single token cannot be wrong alone, so a second one is then.
 * @param {Int32Array[]} cycles
 * @param {Uint8Array} kinds
 * @param {RandomStream} random
 */
function divergingSuccessors(cycles, kinds, random) {
  const next = new Int32Array(kinds.length);
  const wrong = [];
  for (const cycle of cycles) {
    for (const [i, token] of cycle.entries()) {
      next[token] = /** @type {number} */ (cycle[(i + 1) % cycle.length]);
      const kind = /** @type {number} */ (kinds[token]);
      if ((kind & AGREES) === 0) wrong.push(token);
    }
  }
  if (wrong.length === 1) wrong.push(/** @type {number} */ (next[wrong[0] ?? 0]));
  random.shuffle(wrong);
  const right = wrong.map((token) => /** @type {number} */ (next[token]));
  for (const [i, token] of wrong.entries())
    next[token] = /** @type {number} */ (right[(i + 1) % right.length]);
  return next;
}
