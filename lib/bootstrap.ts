import { mean, median } from "./median.js";

const RESAMPLES = 2000;

type Groups = readonly (readonly number[])[];
type Random = () => number;

/** The mean, over groups of repeated measurements, of each group's median. */
export function meanOfMedians(groups: Groups): number {
  return mean(groups.map(median));
}

/**
 * 95% interval of a statistic of the groups, meanOfMedians unless given, by resampling each group with replacement. Where several
 * processes measured, each group is their equal shares one after another, and processes are drawn first, for all groups alike: what
 * is peculiar to a process is in all that it measured. The same seed gives the same interval. A group of one measurement knows
 * nothing of its spread, so the interval of such groups has no width.
 */
export function bootstrapInterval(
  groups: Groups,
  seed: number,
  processes = 1,
  statistic: (groups: Groups) => number = meanOfMedians,
): [low: number, high: number] {
  return bootstrap(seed, (random) => statistic(resample(groups, processes, random)));
}

/** 95% percentile interval of an estimate made again and again from resampled measurements. */
export function bootstrap(seed: number, estimate: (random: Random) => number): [low: number, high: number] {
  const random = mulberry32(seed);
  const estimates = Array.from({ length: RESAMPLES }, () => estimate(random)).sort((a, b) => a - b);
  const at = (quantile: number) => estimates[Math.round(quantile * (RESAMPLES - 1))] ?? Number.NaN;
  return [at(0.025), at(0.975)];
}

/** The groups as another run of as many processes might have measured them. */
export function resample(groups: Groups, processes: number, random: Random): number[][] {
  const pick = (count: number) => Math.floor(random() * count);
  const drawn = Array.from({ length: processes }, () => (processes > 1 ? pick(processes) : 0));
  return groups.map((group) => {
    const share = group.length / processes;
    return drawn.flatMap((process) =>
      Array.from({ length: share }, () => group[process * share + pick(share)] ?? Number.NaN),
    );
  });
}

/** A 32-bit generator of uniform numbers in [0, 1). */
function mulberry32(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
