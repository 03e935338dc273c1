import { bootstrapInterval, meanOfMedians } from "../bootstrap.js";
import { mean } from "../median.js";
import type { BenchmarkReport, BenchmarkRow, BenchmarkSummary } from "./types.js";

/** Means over the prompts; of what some prompts lack, over the others. */
export function summarise(
  rows: readonly BenchmarkRow[],
  { seed, processes }: Pick<BenchmarkReport, "seed" | "processes">,
): BenchmarkSummary {
  const ratios = rows.map((row) => row.ratios);
  const average = (pick: (row: BenchmarkRow) => number) => mean(rows.map(pick));
  const averageOf = (pick: (row: BenchmarkRow) => number | null): number | null => {
    const known = rows.map(pick).filter((value) => value !== null);
    return known.length > 0 ? mean(known) : null;
  };
  return {
    baselineTokensPerSecond: average((row) => row.baseline.tokensPerSecond),
    tokensPerSecond: average((row) => row.speculative.tokensPerSecond),
    firstTokenMs: average((row) => row.speculative.firstTokenMs),
    speedup: meanOfMedians(ratios),
    interval: bootstrapInterval(ratios, seed, processes),
    endToEnd: average((row) => row.endToEnd),
    predictedSpeedup: averageOf((row) => row.predictedSpeedup),
    draftCost: averageOf((row) => row.draftCost),
    verifyCost: average((row) => row.verifyCost),
    agreement: averageOf((row) => row.agreement),
    acceptanceRate: averageOf((row) => row.acceptanceRate),
    tokensPerRound: averageOf((row) => row.tokensPerRound),
    draftLength: average((row) => row.draftLength),
    overhead: average((row) => row.overhead),
    identical: rows.some((row) => row.identical === null) ? null : rows.every((row) => row.identical),
  };
}
