import Table from "cli-table3";
import type { BenchmarkReport, BenchmarkRow, BenchmarkSummary } from "./benchmark-types.js";

const HEAD = [
  "prompt",
  "K",
  "baseline tok/s",
  "spec. tok/s",
  "speedup",
  "95% interval",
  "predicted",
  "agreement",
  "acceptance",
  "tok/round",
  "outside",
  "identical",
];

/** The rows of a benchmark, and the averages of each draft length, for people. */
export function benchmarkTable({ rows, summaries }: Pick<BenchmarkReport, "rows" | "summaries">): string {
  const table = new Table({
    head: HEAD,
    colAligns: HEAD.map((_, i) => (i === 0 ? "left" : "right")),
    style: { head: [], border: [], compact: true },
  });
  for (const summary of summaries) {
    const own = rows.filter((row) => row.draftMaxTokens === summary.draftMaxTokens);
    for (const row of own) table.push(cells(row.prompt, row));
    if (own.length > 1) table.push(cells(`mean of ${own.length}`, summary));
  }
  return table.toString();
}

function cells(label: string, row: BenchmarkRow | BenchmarkSummary): string[] {
  return [
    label,
    String(row.draftMaxTokens),
    row.baselineTokensPerSecond.toFixed(0),
    row.tokensPerSecond.toFixed(0),
    times(row.speedup),
    row.interval.map((bound) => bound.toFixed(2)).join("–"),
    row.predictedSpeedup === null ? "–" : times(row.predictedSpeedup),
    percent(row.agreement),
    percent(row.acceptanceRate),
    row.tokensPerRound === null ? "–" : row.tokensPerRound.toFixed(2),
    percent(row.overhead),
    row.identical ? "yes" : "NO",
  ];
}

/** A share of 1 as a percentage; a dash where there is none. */
export function percent(value: number | null): string {
  return value === null ? "–" : `${(value * 100).toFixed(1)}%`;
}

export function times(value: number): string {
  return `${value.toFixed(2)}×`;
}
