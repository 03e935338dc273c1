import { charactersOf, range } from "./char-set.js";
import { characters, choice, type Expression, literal, NEVER, repeat, sequence } from "./expression.js";

/** The most digits JSON.stringify writes before it turns to an exponent, and so the most an integer has here. */
export const MAX_DIGITS = 21;

const LARGEST = 10n ** BigInt(MAX_DIGITS) - 1n;

/**
 * The integers from `min` to `max` (null: no bound) as JSON writes them: without a plus, leading zeros, "-0" or an exponent.
 * None has more than 21 digits, whatever the bounds.
 */
export function integersBetween(min: bigint | null, max: bigint | null): Expression {
  const least = min === null || min < -LARGEST ? -LARGEST : min;
  const most = max === null || max > LARGEST ? LARGEST : max;
  return choice([
    sequence(literal("-"), positive(most < 0n ? -most : 1n, -least)),
    least <= 0n && most >= 0n ? literal("0") : NEVER,
    positive(least > 0n ? least : 1n, most),
  ]);
}

/** For 1 ≤ min. Lengths whose numbers are all in range are taken together. */
function positive(min: bigint, max: bigint): Expression {
  if (min > max) return NEVER;
  const [low, high] = [min.toString(), max.toString()];
  const firstWhole = /^10*$/.test(low) ? low.length : low.length + 1;
  const lastWhole = /^9+$/.test(high) ? high.length : high.length - 1;
  if (low.length === high.length && firstWhole > lastWhole) return digitsBetween(low, high);
  return choice([
    firstWhole > low.length ? digitsBetween(low, "9".repeat(low.length)) : NEVER,
    firstWhole > lastWhole
      ? NEVER
      : sequence(digit("1", "9"), repeat(digit("0", "9"), firstWhole - 1, lastWhole - 1)),
    lastWhole < high.length ? digitsBetween(`1${"0".repeat(high.length - 1)}`, high) : NEVER,
  ]);
}

/** The digit strings from `low` to `high`, which are of one length. */
function digitsBetween(low: string, high: string): Expression {
  if (/^0*$/.test(low) && /^9*$/.test(high)) return repeat(digit("0", "9"), low.length, low.length);
  const [first = "", last = ""] = [low[0], high[0]];
  const [lowRest, highRest] = [low.slice(1), high.slice(1)];
  if (first === last) return sequence(literal(first), digitsBetween(lowRest, highRest));
  const [lowWhole, highWhole] = [/^0*$/.test(lowRest), /^9*$/.test(highRest)];
  const from = Number(first) + (lowWhole ? 0 : 1);
  const to = Number(last) - (highWhole ? 0 : 1);
  return choice([
    lowWhole ? NEVER : sequence(literal(first), digitsBetween(lowRest, "9".repeat(lowRest.length))),
    from > to
      ? NEVER
      : sequence(digit(String(from), String(to)), repeat(digit("0", "9"), lowRest.length, lowRest.length)),
    highWhole ? NEVER : sequence(literal(last), digitsBetween("0".repeat(highRest.length), highRest)),
  ]);
}

function digit(first: string, last: string): Expression {
  return characters(first === last ? charactersOf(first) : range(first, last));
}
