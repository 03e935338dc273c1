import { bootstrapInterval } from "../bootstrap.js";
import { mean, median } from "../median.js";
import { expectedSpeedup } from "../prediction.js";
import type { PairedRun, Run } from "./run.js";
import { isComparable, type Settings } from "./settings.js";
import type { BenchmarkPrompt, BenchmarkRow, Speed, TimeShares } from "./types.js";

/** What the repetitions of one prompt say. */
export function describeRow(
  { name, domain }: BenchmarkPrompt,
  runs: readonly PairedRun<Run>[],
  settings: Settings,
): Omit<BenchmarkRow, "divergence" | "trace"> {
  const speculative = runs.map((run) => run.speculative);
  const ratios = runs.map((run) => speed(run.speculative) / speed(run.baseline));
  const [first] = speculative;
  const sum = (pick: (stats: Run["stats"]) => number) =>
    speculative.reduce((total, { stats }) => total + pick(stats), 0);
  const [accepted, corrections, proposed, rounds] = [
    sum((s) => s.accepted),
    sum((s) => s.corrections),
    sum((s) => s.proposed),
    sum((s) => s.rounds),
  ];
  const agreement = ratio(accepted, accepted + corrections);
  const costs = costsIn(runs);
  const { policy, maxTokens } = settings.draft;
  const fixed = policy === "fixed" && agreement !== null && costs.draftCost !== null;
  return {
    prompt: name,
    domain: domain ?? null,
    promptTokens: first?.stats.promptTokens ?? 0,
    tokens: first?.ids.length ?? 0,
    baseline: speedOf(runs.map((run) => run.baseline)),
    speculative: speedOf(speculative),
    speedup: median(ratios),
    interval: bootstrapInterval([ratios], settings.seed, settings.processes),
    ratios,
    endToEnd: median(runs.map((run) => run.baseline.totalMs / run.speculative.totalMs)),
    ...costs,
    predictedSpeedup: fixed
      ? expectedSpeedup(agreement, maxTokens, costs.draftCost ?? 0, costs.verifyCost)
      : null,
    agreement,
    acceptanceRate: ratio(accepted, proposed),
    tokensPerRound: rounds > 0 ? 1 + accepted / rounds : null,
    draftLength: ratio(proposed, rounds) ?? 0,
    acceptedPerPosition: perPosition(speculative, rounds),
    shares: shares(speculative),
    overhead: median(speculative.map(({ stats }) => stats.overhead ?? Number.NaN)),
    identical: isComparable(settings)
      ? runs.every(
          (run) => same(run.baseline, runs[0]?.baseline, settings) && same(run.speculative, run.baseline),
        )
      : null,
  };
}

function ratio(numerator: number, denominator: number): number | null {
  return denominator > 0 ? numerator / denominator : null;
}

function speed({ stats }: Run): number {
  return stats.tokensPerSecond ?? Number.NaN;
}

/** Greedy baselines are one text; sampled ones have a seed for each repetition. */
function same(a: Run, b: Run | undefined, settings?: Settings): boolean {
  if (settings !== undefined && settings.temperature > 0) return true;
  return b !== undefined && a.ids.length === b.ids.length && a.ids.every((id, i) => id === b.ids[i]);
}

function speedOf(runs: readonly Run[]): Speed {
  const prefill = runs.flatMap(({ stats: { prefillMs, promptTokens } }) =>
    // The last prompt token is part of the first round.
    prefillMs > 0 && promptTokens > 1 ? [((promptTokens - 1) * 1000) / prefillMs] : [],
  );
  return {
    tokensPerSecond: median(runs.map(speed)),
    prefillTokensPerSecond: prefill.length > 0 ? median(prefill) : null,
    firstTokenMs: median(runs.map((run) => run.firstTokenMs)),
    totalMs: median(runs.map((run) => run.totalMs)),
  };
}

/** c and v of the round from the pass times of the compared runs themselves. */
function costsIn(runs: readonly PairedRun<Run>[]) {
  const step = ({ baseline: { stats } }: PairedRun<Run>) => stats.verifyMs / stats.rounds;
  const drafting = runs.filter(({ speculative }) => speculative.stats.proposed > 0);
  return {
    draftCost:
      drafting.length > 0
        ? median(
            drafting.map((run) => run.speculative.stats.draftMs / run.speculative.stats.proposed / step(run)),
          )
        : null,
    verifyCost: median(
      runs.map((run) => run.speculative.stats.verifyMs / run.speculative.stats.rounds / step(run)),
    ),
  };
}

function perPosition(runs: readonly Run[], rounds: number): number[] {
  const length = Math.max(0, ...runs.map(({ stats }) => stats.acceptedPerPosition.length));
  return Array.from(
    { length },
    (_, i) => runs.reduce((sum, { stats }) => sum + (stats.acceptedPerPosition[i] ?? 0), 0) / rounds,
  );
}

function shares(runs: readonly Run[]): TimeShares {
  const share = (pick: (stats: Run["stats"]) => number) =>
    mean(runs.map(({ stats }) => pick(stats) / stats.totalMs));
  return {
    prefill: share((s) => s.prefillMs),
    draft: share((s) => s.draftMs),
    verify: share((s) => s.verifyMs),
    sample: share((s) => s.sampleMs + s.grammarMs),
    other: share((s) => s.otherMs),
  };
}
