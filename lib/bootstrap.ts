import { mean, median } from "./median.js";

const RESAMPLES = 2000;

/** The mean, over groups of repeated measurements, of each group's median. */
export function meanOfMedians(groups: readonly (readonly number[])[]): number {
  return mean(groups.map(median));
}

/**
 * 95% interval of a statistic of the groups, meanOfMedians unless given, by resampling each group with replacement. The same seed gives the same interval.
 * A group of one measurement knows nothing of its spread, so the interval of such groups has no width.
 */
export function bootstrapInterval(
  groups: readonly (readonly number[])[],
  seed: number,
  statistic: (groups: readonly (readonly number[])[]) => number = meanOfMedians,
): [low: number, high: number] {
  const random = mulberry32(seed);
  const draw = (group: readonly number[]) =>
    group.map(() => group[Math.floor(random() * group.length)] ?? Number.NaN);
  const estimates = Array.from({ length: RESAMPLES }, () => statistic(groups.map(draw))).sort(
    (a, b) => a - b,
  );
  const at = (quantile: number) => estimates[Math.round(quantile * (RESAMPLES - 1))] ?? Number.NaN;
  return [at(0.025), at(0.975)];
}

/** A 32-bit generator of uniform numbers in [0, 1). */
function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
