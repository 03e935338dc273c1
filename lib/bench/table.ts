import Table from "cli-table3";
import { firstToDiffer } from "./divergence.js";
import { percent, rate, times } from "./format.js";
import { describeIdentity } from "./identity.js";
import type { BenchmarkReport, BenchmarkRow, BenchmarkSummary } from "./types.js";

interface Line extends Omit<BenchmarkSummary, "firstTokenMs">, Pick<BenchmarkRow, "divergence"> {
  label: string;
}

const COLUMNS = {
  prompt: ["", (line: Line) => line.label],
  baseline: ["baseline\ntok/s", (line: Line) => rate(line.baselineTokensPerSecond)],
  speculative: ["speculative\ntok/s", (line: Line) => rate(line.tokensPerSecond)],
  speedup: ["speedup", (line: Line) => times(line.speedup)],
  interval: ["95%\ninterval", (line: Line) => line.interval.map((bound) => bound.toFixed(2)).join("–")],
  predicted: ["predicted", (line: Line) => optional(line.predictedSpeedup, times)],
  endToEnd: ["with\nprefill", (line: Line) => times(line.endToEnd)],
  agreement: ["agreement", (line: Line) => optional(line.agreement, percent)],
  acceptanceRate: ["acceptance\nrate", (line: Line) => optional(line.acceptanceRate, percent)],
  draftLength: ["drafted\nper round", (line: Line) => line.draftLength.toFixed(2)],
  tokensPerRound: ["tokens\nper round", (line: Line) => optional(line.tokensPerRound, (n) => n.toFixed(2))],
  overhead: ["outside\nmodels", (line: Line) => percent(line.overhead)],
  identical: ["identical", (line: Line) => describeIdentity(line).replace(", ", ",\n")],
} as const;

export type BenchmarkColumn = keyof typeof COLUMNS;

export const ALL_COLUMNS = Object.keys(COLUMNS) as BenchmarkColumn[];

/** A line for each prompt, and their means. */
export function benchmarkTable(
  { rows, summary }: Pick<BenchmarkReport, "rows" | "summary">,
  columns: readonly BenchmarkColumn[] = ALL_COLUMNS,
): string {
  const lines = rows.map(toLine);
  if (rows.length > 1) lines.push(meanLine(`mean of ${rows.length}`, { rows, summary }));
  return table("prompt", lines, columns);
}

/** A line for each of several benchmarks. */
export function summaryTable(
  benchmarks: readonly (Pick<BenchmarkReport, "rows" | "summary"> & { label: string })[],
  columns: readonly BenchmarkColumn[] = ALL_COLUMNS,
): string {
  return table(
    "draft",
    benchmarks.map((one) => meanLine(one.label, one)),
    columns,
  );
}

function table(title: string, lines: readonly Line[], columns: readonly BenchmarkColumn[]): string {
  const table = new Table({
    head: columns.map((column) => COLUMNS[column][0] || title),
    colAligns: columns.map((column) => (column === "prompt" ? "left" : "right")),
    style: { head: [], border: [], compact: true },
  });
  for (const line of lines) table.push(columns.map((column) => COLUMNS[column][1](line)));
  return table.toString();
}

function meanLine(label: string, { rows, summary }: Pick<BenchmarkReport, "rows" | "summary">): Line {
  return { label, ...summary, divergence: firstToDiffer(rows)?.divergence ?? null };
}

function toLine(row: BenchmarkRow): Line {
  return {
    ...row,
    label: row.prompt,
    baselineTokensPerSecond: row.baseline.tokensPerSecond,
    tokensPerSecond: row.speculative.tokensPerSecond,
  };
}

function optional(value: number | null, format: (value: number) => string): string {
  return value === null ? "–" : format(value);
}
