// @ts-check
// How sure a model is of its next token: the size of its output rows. Needs nothing.
//
// After token v, the logit of its successor is gain · √hidden and those of all others are about normal with mean 0 and the
// gain of their own rows as deviation, as inner products of random directions are.
import { InvalidArgument } from "./invalid-argument.mjs";

/** The chance that a pair of embeddings somewhere is closer than `closest` says. */
const RISK = 1e-3;

/**
 * The gains of the rows that follow tokens of each class, so that the top probability after them is the one asked for. Where
 * classes would differ so much that a sure class's row could win after an unsure token, the unsure class is made surer.
 * @param {{ hidden: number, classes: readonly { tokens: number, confidence: number }[] }} model
 * @returns {number[]}
 */
export function rowGains({ hidden, classes }) {
  const vocabulary = classes.reduce((sum, { tokens }) => sum + tokens, 0);
  const root = Math.sqrt(hidden);
  let gains = classes.map(() => 0);
  for (let i = 0; i < 200; i++) {
    const others = classes.reduce(
      (sum, { tokens }, j) => sum + tokens * Math.exp((gains[j] ?? 0) ** 2 / 2),
      0,
    );
    gains = classes.map(({ confidence }) => Math.log((others * confidence) / (1 - confidence)) / root);
    if (gains.some((gain) => !(gain < root))) break;
  }
  const largest = Math.max(...gains);
  if (!(largest < root / 2))
    throw new InvalidArgument(
      `Expected a larger hidden size than ${hidden} or a smaller vocabulary than ${vocabulary}: among so many random directions none stands out`,
    );
  return gains.map((gain) => Math.max(gain, Math.min(1, 1.05 * closest(vocabulary, hidden)) * largest));
}

/** The top probability after a token of each class, on average. @param {Parameters<typeof rowGains>[0]} model @param {readonly number[]} gains */
export function confidences({ hidden, classes }, gains) {
  const others = classes.reduce((sum, { tokens }, j) => sum + tokens * Math.exp((gains[j] ?? 0) ** 2 / 2), 0);
  return gains.map((gain) => 1 / (1 + others * Math.exp(-gain * Math.sqrt(hidden))));
}

/** A bound on the cosine of the closest two of so many random directions. @param {number} vocabulary @param {number} hidden */
function closest(vocabulary, hidden) {
  return Math.sqrt((2 * Math.log(vocabulary ** 2 / 2 / RISK)) / hidden);
}
