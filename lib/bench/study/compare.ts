import { bootstrap, bootstrapInterval, meanOfMedians, resample } from "../../bootstrap.js";
import { median } from "../../median.js";
import type { ConcurrencyCase, Report, ReportedCase } from "../report-types.js";

type Interval = [low: number, high: number];

export type Verdict = "faster" | "slower" | "no difference seen" | "too few repetitions";

/** A case of one report against the same case of another. */
export interface ComparedCase {
  /** Ids of the case in both. */
  ids: [before: string, after: string];
  label: string;
  /** Prompts that both have; of a case with many requests at once 1, for all its requests. */
  prompts: number;
  speedups: [before: number, after: number];
  intervals: [before: Interval, after: Interval];
  /** Speedup after less speedup before. */
  difference: number;
  differenceInterval: Interval;
  /**
   * Tokens per second after over those before: the median over the prompts, the interval by resampling prompts. With many requests
   * at once the interval is the widest that those of both sides allow.
   */
  rate: number;
  rateInterval: Interval;
  /** Of the speedups: a difference is seen where their intervals do not overlap. */
  verdict: Verdict;
}

/** A report against the first. */
export interface Comparison {
  before: number;
  after: number;
  cases: ComparedCase[];
  /** Ids of cases that only one of the two has. */
  onlyBefore: string[];
  onlyAfter: string[];
}

/** Every further report against the first. */
export function compareReports([first, ...others]: readonly Report[]): Comparison[] {
  return first === undefined ? [] : others.map((other, i) => compare(first, other, i + 1));
}

function compare(before: Report, after: Report, index: number): Comparison {
  // Where each report has one pair, these are what is compared, whatever they are called.
  const single = before.pairs.length === 1 && after.pairs.length === 1;
  const left = new Set<AnyCase>(casesOf(after));
  const cases: ComparedCase[] = [];
  const onlyBefore: string[] = [];
  for (const one of casesOf(before)) {
    const match = [...left].find((other) => (single || other.pair === one.pair) && sameWork(one, other));
    const compared = match && compareCase(one, match);
    if (match === undefined || compared === undefined) {
      onlyBefore.push(one.id);
      continue;
    }
    left.delete(match);
    cases.push(compared);
  }
  return { before: 0, after: index, cases, onlyBefore, onlyAfter: [...left].map(({ id }) => id) };
}

type AnyCase = ReportedCase | ConcurrencyCase;

function casesOf({ cases, concurrency = [] }: Report): AnyCase[] {
  return [...cases, ...concurrency];
}

/** Texts of other lengths, and more or fewer of them at once, have other speedups. */
function sameWork(a: AnyCase, b: AnyCase): boolean {
  const work = ({ label, promptSet, maxTokens, verification, ...rest }: AnyCase) =>
    JSON.stringify([
      ...[label, promptSet, maxTokens, verification],
      ...("requests" in rest ? [rest.concurrency, rest.requests] : []),
    ]);
  return work(a) === work(b);
}

/** What repetitions measured again and again: a prompt of a case, or all requests of one with many at once. */
interface Measured {
  ratios: readonly number[];
  tokensPerSecond: number;
}

function measuredOf(one: AnyCase): Map<string, Measured> {
  const rows = "rows" in one ? one.rows : [{ ...one, prompt: "all requests" }];
  return new Map(
    rows.map(({ prompt, ratios, speculative: { tokensPerSecond } }) => [prompt, { ratios, tokensPerSecond }]),
  );
}

function compareCase(one: AnyCase, other: AnyCase): ComparedCase | undefined {
  const others = measuredOf(other);
  const rows = [...measuredOf(one)].flatMap(([prompt, before]) => {
    const after = others.get(prompt);
    return after === undefined ? [] : { before, after };
  });
  if (rows.length === 0) return undefined;
  const [before, after] = [rows.map((row) => row.before.ratios), rows.map((row) => row.after.ratios)];
  const rates = rows.map((row) => row.after.tokensPerSecond / row.before.tokensPerSecond);
  const intervals: ComparedCase["intervals"] = [
    bootstrapInterval(before, one.seed, one.processes),
    bootstrapInterval(after, other.seed, other.processes),
  ];
  return {
    ids: [one.id, other.id],
    label: one.label,
    prompts: rows.length,
    speedups: [meanOfMedians(before), meanOfMedians(after)],
    intervals,
    difference: meanOfMedians(after) - meanOfMedians(before),
    differenceInterval: bootstrap(
      one.seed,
      (random) =>
        meanOfMedians(resample(after, other.processes ?? 1, random)) -
        meanOfMedians(resample(before, one.processes ?? 1, random)),
    ),
    rate: median(rates),
    rateInterval:
      "requests" in one && "requests" in other
        ? widest(one.speculative.interval, other.speculative.interval)
        : bootstrapInterval([rates], one.seed),
    verdict: Math.min(repetitions(one), repetitions(other)) < 2 ? "too few repetitions" : verdict(intervals),
  };
}

function widest(before: Interval, after: Interval): Interval {
  return [after[0] / before[1], after[1] / before[0]];
}

function repetitions({ repeat, processes = 1 }: AnyCase): number {
  return repeat * processes;
}

function verdict([before, after]: ComparedCase["intervals"]): Verdict {
  if (after[0] > before[1]) return "faster";
  return after[1] < before[0] ? "slower" : "no difference seen";
}
