import type { ConcurrencyCase, Report, ReportedCase, ReportedPair } from "../report-types.js";

/** A case and its place in the report. */
export interface Placed {
  one: ReportedCase;
  /** JSON pointer. */
  at: string;
}

/** A case with many requests at once, and its place. */
export interface PlacedConcurrency {
  one: ConcurrencyCase;
  /** JSON pointer. */
  at: string;
}

/** A pair, its place and its cases. */
export interface PairGroup {
  pair: ReportedPair;
  at: string;
  cases: Placed[];
  concurrency: PlacedConcurrency[];
}

/** The cases by pair, in the report's order; pairs of which nothing was finished included. */
export function byPair({ pairs, cases, concurrency = [] }: Report): PairGroup[] {
  const placed = cases.map((one, i) => ({ one, at: `/cases/${i}` }));
  const atOnce = concurrency.map((one, i) => ({ one, at: `/concurrency/${i}` }));
  return pairs.map((pair, i) => ({
    pair,
    at: `/pairs/${i}`,
    cases: placed.filter(({ one }) => one.pair === pair.id),
    concurrency: atOnce.filter(({ one }) => one.pair === pair.id),
  }));
}

/** The fastest case. */
export function best<T extends { one: ReportedCase }>(cases: readonly T[]): T | undefined {
  return cases.reduce<T | undefined>(
    (found, next) =>
      found !== undefined && found.one.summary.speedup >= next.one.summary.speedup ? found : next,
    undefined,
  );
}

/** What a case is beside the others: those whose intervals overlap the fastest one's cannot be told apart from it. */
export function standing({ one }: Placed, cases: readonly Placed[]): "best" | "no difference seen" | null {
  const fastest = best(cases)?.one;
  if (fastest === undefined || cases.length === 1) return null;
  if (one === fastest) return "best";
  return one.summary.interval[1] >= fastest.summary.interval[0] ? "no difference seen" : null;
}

/** A case's label, with what it is beside the others. */
export function markedLabel(placed: Placed, cases: readonly Placed[]): string {
  const place = standing(placed, cases);
  return place === null ? placed.one.label : `${placed.one.label} (${place})`;
}

/** Whether agreement was measured rather than set by construction. */
export function isTrained({ pair }: PairGroup): boolean {
  return pair.target.dialledAgreement === null && pair.draft.dialledAgreement === null;
}
