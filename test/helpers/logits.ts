/** Log-probabilities of a loaded model for comparing with a reference's logits. */
import type { Pair } from "../../lib/index.js";
import type { Vector } from "./references/model.js";

/** Of every token, after one. */
type Row = Vector;

interface Path {
  tokens: number[];
  /** After each token. */
  rows: Row[];
}

/** Draws `length` tokens after `first`, evaluated one by one. */
export async function bySingleTokens(pair: Pair, first: number, length: number): Promise<Path> {
  const { tokens } = await pair.complete([first], {
    ...everyToken(pair),
    maxTokens: length,
    temperature: 1,
    seed: 3,
  });
  return {
    tokens: [first, ...tokens.slice(0, -1).map(({ id }) => id)],
    rows: tokens.map(({ topLogprobs = [] }) => toRow(topLogprobs)),
  };
}

/** After each of the tokens, all up to it being evaluated at once. */
export async function byBatches(pair: Pair, tokens: readonly number[]): Promise<Row[]> {
  const rows: Row[] = [];
  for (let length = 1; length <= tokens.length; length++) {
    const { tokens: made } = await pair.complete(tokens.slice(0, length), {
      ...everyToken(pair),
      maxTokens: 1,
    });
    rows.push(toRow(made[0]?.topLogprobs ?? []));
  }
  return rows;
}

function everyToken(pair: Pair) {
  return { logprobs: pair.target.vocabulary.size, ignoreEnd: true };
}

function toRow(tokens: readonly { id: number; logprob: number }[]): Row {
  const row = new Float64Array(tokens.length).fill(Number.NaN);
  for (const { id, logprob } of tokens) row[id] = logprob;
  return row;
}

/**
 * The largest difference, relative to the reference's largest logit; log-probabilities are logits but for a constant in each
 * row, which is taken as what the row differs by on average. `wrong` are the positions with another likeliest token though the
 * reference's margin exceeds the difference.
 */
export function compareWithLogits(rows: readonly Row[], logits: readonly Vector[]) {
  const largest = Math.max(...logits.flatMap((row) => [...row].map(Math.abs)));
  const difference = Math.max(...logits.map((row, pos) => spread(row, rows[pos] ?? [])));
  const wrong = logits.flatMap((row, pos) => {
    const [first = 0, second = 0] = row.toSorted((a, b) => b - a);
    const mine = rows[pos] ?? row;
    const likeliest = mine.indexOf(Math.max(...mine));
    return first - second > 2 * difference && likeliest !== row.indexOf(first) ? [pos] : [];
  });
  return { error: difference / largest, wrong };
}

/** The largest difference from the average difference. */
function spread(expected: Vector, actual: ArrayLike<number>): number {
  const differences = expected.map((value, i) => value - (actual[i] ?? Number.NaN));
  const average = differences.reduce((sum, value) => sum + value, 0) / differences.length;
  return Math.max(...differences.map((value) => Math.abs(value - average)));
}
