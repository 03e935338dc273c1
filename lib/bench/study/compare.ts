import { bootstrapInterval, meanOfMedians } from "../../bootstrap.js";
import { median } from "../../median.js";
import type { Report, ReportedCase } from "../report-types.js";
import type { BenchmarkRow } from "../types.js";

type Interval = [low: number, high: number];

export type Verdict = "faster" | "slower" | "no difference seen" | "too few repetitions";

/** A case of one report against the same case of another, over the prompts that both have. */
export interface ComparedCase {
  /** Ids of the case in both. */
  ids: [before: string, after: string];
  label: string;
  prompts: number;
  speedups: [before: number, after: number];
  intervals: [before: Interval, after: Interval];
  /** Speedup after less speedup before. */
  difference: number;
  differenceInterval: Interval;
  /** Tokens per second after over those before: the median over the prompts, the interval by resampling prompts. */
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
  const left = new Set(after.cases);
  const cases: ComparedCase[] = [];
  const onlyBefore: string[] = [];
  for (const one of before.cases) {
    const match = [...left].find(
      (other) => (single || other.pair === one.pair) && other.label === one.label && sameWork(one, other),
    );
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

/** Texts of other lengths have other speedups. */
function sameWork(a: ReportedCase, b: ReportedCase): boolean {
  return a.promptSet === b.promptSet && a.maxTokens === b.maxTokens && a.verification === b.verification;
}

function compareCase(one: ReportedCase, other: ReportedCase): ComparedCase | undefined {
  const rows = one.rows.flatMap((before) => {
    const after = other.rows.find(({ prompt }) => prompt === before.prompt);
    return after === undefined ? [] : { before, after };
  });
  if (rows.length === 0) return undefined;
  const ratios = (pick: (row: (typeof rows)[number]) => BenchmarkRow) => rows.map((row) => pick(row).ratios);
  const [before, after] = [ratios((row) => row.before), ratios((row) => row.after)];
  const difference = (groups: readonly (readonly number[])[]) =>
    meanOfMedians(groups.slice(rows.length)) - meanOfMedians(groups.slice(0, rows.length));
  const rates = rows.map(
    (row) => row.after.speculative.tokensPerSecond / row.before.speculative.tokensPerSecond,
  );
  const intervals: ComparedCase["intervals"] = [
    bootstrapInterval(before, one.seed),
    bootstrapInterval(after, other.seed),
  ];
  return {
    ids: [one.id, other.id],
    label: one.label,
    prompts: rows.length,
    speedups: [meanOfMedians(before), meanOfMedians(after)],
    intervals,
    difference: difference([...before, ...after]),
    differenceInterval: bootstrapInterval([...before, ...after], one.seed, difference),
    rate: median(rates),
    rateInterval: bootstrapInterval([rates], one.seed),
    verdict: Math.min(one.repeat, other.repeat) < 2 ? "too few repetitions" : verdict(intervals),
  };
}

function verdict([before, after]: ComparedCase["intervals"]): Verdict {
  if (after[0] > before[1]) return "faster";
  return after[1] < before[0] ? "slower" : "no difference seen";
}
