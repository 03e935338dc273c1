import { bootstrapInterval } from "../bootstrap.js";
import { median } from "../median.js";
import type { Pair } from "../pair.js";
import { resolveBenchmark } from "./benchmark.js";
import type { ConcurrencyReport, Service } from "./concurrency-types.js";
import { addedBy, gapsOf, timesOf } from "./gaps.js";
import { type PairedRun, runInTurn } from "./run.js";
import { isComparable, type Settings, settingsOf } from "./settings.js";
import { requestLengths, runStreams, type StreamRun } from "./streams.js";
import type { BenchmarkOptions } from "./types.js";

/** What one process measured. */
export interface MeasuredStreams {
  settings: Settings;
  concurrency: number;
  requests: number;
  runs: PairedRun<StreamRun>[];
}

interface ConcurrencyOptions {
  /** Requests of a run for each slot. */
  perSlot: number;
  onProgress: (text: string) => void;
}

/**
 * As many requests at once as the pair has slots, with its draft and without: runs alternate like those of `benchmark`, after one of
 * each that is thrown away. Rejects as that does.
 */
export async function measureStreams(
  pair: Pair,
  options: BenchmarkOptions,
  { perSlot, onProgress }: ConcurrencyOptions,
): Promise<MeasuredStreams> {
  const plan = resolveBenchmark(pair, options);
  const lengths = requestLengths(pair.maxSequences, perSlot, plan.maxTokens);
  const runs: PairedRun<StreamRun>[] = [];
  for (let turn = 0; turn <= plan.repeat; turn++) {
    onProgress(turn === 0 ? "warming up" : `turn ${turn}/${plan.repeat}`);
    const repetition = Math.max(0, turn - 1);
    // The first is thrown away.
    const run = await runInTurn(turn + 1, (side) => runStreams(pair, lengths, side, repetition, plan));
    if (turn > 0) runs.push(run);
  }
  return { settings: settingsOf(plan), concurrency: pair.maxSequences, requests: lengths.length, runs };
}

/** What processes that measured the same say together. */
export function describeStreams(
  processes: readonly [MeasuredStreams, ...MeasuredStreams[]],
): ConcurrencyReport {
  const [{ settings, concurrency, requests }] = processes;
  const described = { ...settings, processes: processes.length };
  const runs = processes.flatMap((one) => one.runs);
  const ratios = runs.map((run) => run.speculative.tokensPerSecond / run.baseline.tokensPerSecond);
  const speculative = runs.map((run) => run.speculative);
  const stats = speculative.flatMap(({ streams }) => streams.map((stream) => stream.stats));
  const sum = (key: "accepted" | "corrections" | "proposed" | "rounds") =>
    stats.reduce((total, one) => total + one[key], 0);
  const judged = sum("accepted") + sum("corrections");
  return {
    ...described,
    ...{ concurrency, requests },
    baseline: serviceOf(
      runs.map((run) => run.baseline),
      described,
    ),
    speculative: serviceOf(speculative, described),
    speedup: median(ratios),
    interval: bootstrapInterval([ratios], settings.seed, processes.length),
    ratios,
    agreement: judged > 0 ? sum("accepted") / judged : null,
    draftLength: sum("rounds") > 0 ? sum("proposed") / sum("rounds") : 0,
    identical: isComparable(settings) ? runs.every(isIdentical) : null,
  };
}

function serviceOf(runs: readonly StreamRun[], { seed, processes }: Settings): Service {
  const rates = runs.map((run) => run.tokensPerSecond);
  const gaps = runs.map(({ streams }) => gapsOf(streams));
  const quiet = gaps.flatMap((run) => run.quiet);
  const arriving = gaps.flatMap((run) => run.arriving);
  const all = [...quiet, ...arriving];
  const firsts = runs.flatMap(({ streams }) =>
    streams.flatMap(({ asked, pieces: [first] }) => (first === undefined ? [] : first - asked)),
  );
  return {
    tokensPerSecond: median(rates),
    interval: bootstrapInterval([rates], seed, processes),
    firstTokenMs: timesOf(firsts),
    gapMs: all.length > 0 ? timesOf(all) : null,
    addedMs: addedBy({ quiet, arriving }),
  };
}

function isIdentical({ baseline, speculative }: PairedRun<StreamRun>): boolean {
  return baseline.streams.every(({ ids }, i) => {
    const other = speculative.streams[i]?.ids ?? [];
    return ids.length === other.length && ids.every((id, j) => id === other[j]);
  });
}
