import Table from "cli-table3";
import type { BenchmarkReport, BenchmarkRow, BenchmarkSummary } from "./benchmark-types.js";

type Line = { label: string } & (BenchmarkRow | BenchmarkSummary);

const COLUMNS = {
  prompt: ["prompt", (line: Line) => line.label],
  draftLength: ["draft\nlength", (line: Line) => String(line.draftMaxTokens)],
  baseline: ["baseline\ntok/s", (line: Line) => line.baselineTokensPerSecond.toFixed(0)],
  speculative: ["speculative\ntok/s", (line: Line) => line.tokensPerSecond.toFixed(0)],
  speedup: ["speedup", (line: Line) => times(line.speedup)],
  interval: ["95%\ninterval", (line: Line) => line.interval.map((bound) => bound.toFixed(2)).join("–")],
  predicted: ["predicted", (line: Line) => optional(line.predictedSpeedup, times)],
  agreement: ["agreement", (line: Line) => optional(line.agreement, percent)],
  acceptanceRate: ["acceptance\nrate", (line: Line) => optional(line.acceptanceRate, percent)],
  tokensPerRound: ["tokens\nper round", (line: Line) => optional(line.tokensPerRound, (n) => n.toFixed(2))],
  overhead: ["outside\nmodels", (line: Line) => percent(line.overhead)],
  identical: ["identical", (line: Line) => (line.identical ? "yes" : "NO")],
} as const;

export type BenchmarkColumn = keyof typeof COLUMNS;

export const ALL_COLUMNS = Object.keys(COLUMNS) as BenchmarkColumn[];

/** The rows of a benchmark, and the averages of each draft length, for people. */
export function benchmarkTable(
  { rows, summaries }: Pick<BenchmarkReport, "rows" | "summaries">,
  columns: readonly BenchmarkColumn[] = ALL_COLUMNS,
): string {
  const table = new Table({
    head: columns.map((column) => COLUMNS[column][0]),
    colAligns: columns.map((column) => (column === "prompt" ? "left" : "right")),
    style: { head: [], border: [], compact: true },
  });
  const add = (line: Line) => table.push(columns.map((column) => COLUMNS[column][1](line)));
  for (const summary of summaries) {
    const own = rows.filter((row) => row.draftMaxTokens === summary.draftMaxTokens);
    for (const row of own) add({ ...row, label: row.prompt });
    if (own.length > 1) add({ ...summary, label: `mean of ${own.length}` });
  }
  return table.toString();
}

export function percent(share: number): string {
  return `${(share * 100).toFixed(1)}%`;
}

export function times(factor: number): string {
  return `${factor.toFixed(2)}×`;
}

function optional(value: number | null, format: (value: number) => string): string {
  return value === null ? "–" : format(value);
}
