import type { Report, ReportedCase } from "../report-types.js";
import { TIME_PARTS } from "../study/averages.js";
import type { BenchmarkRow } from "../types.js";

type Value = string | number | boolean | null;

const COLUMNS: Record<string, (report: Report, one: ReportedCase, row: BenchmarkRow) => Value> = {
  date: ({ date }) => date,
  commit: ({ machine }) => machine.commit,
  cpu: ({ machine }) => machine.cpu,
  threads: ({ threads }) => threads,
  pair: (_, one) => one.pair,
  case: (_, one) => one.label,
  policy: (_, one) => one.draft.policy,
  draftType: (_, one) => one.draft.type,
  draftMaxTokens: (_, one) => one.draft.maxTokens,
  temperature: (_, one) => one.temperature,
  verification: (_, one) => one.verification,
  maxTokens: (_, one) => one.maxTokens,
  repeat: (_, one) => one.repeat,
  promptSet: (_, one) => one.promptSet,
  prompt: (_, __, row) => row.prompt,
  domain: (_, __, row) => row.domain,
  promptTokens: (_, __, row) => row.promptTokens,
  tokens: (_, __, row) => row.tokens,
  baselineTokensPerSecond: (_, __, row) => row.baseline.tokensPerSecond,
  tokensPerSecond: (_, __, row) => row.speculative.tokensPerSecond,
  baselineFirstTokenMs: (_, __, row) => row.baseline.firstTokenMs,
  firstTokenMs: (_, __, row) => row.speculative.firstTokenMs,
  speedup: (_, __, row) => row.speedup,
  speedupLow: (_, __, row) => row.interval[0],
  speedupHigh: (_, __, row) => row.interval[1],
  endToEnd: (_, __, row) => row.endToEnd,
  predictedSpeedup: (_, __, row) => row.predictedSpeedup,
  draftCost: (_, __, row) => row.draftCost,
  verifyCost: (_, __, row) => row.verifyCost,
  agreement: (_, __, row) => row.agreement,
  acceptanceRate: (_, __, row) => row.acceptanceRate,
  tokensPerRound: (_, __, row) => row.tokensPerRound,
  draftLength: (_, __, row) => row.draftLength,
  ...Object.fromEntries(
    TIME_PARTS.map((part) => [
      `${part}Share`,
      (_: Report, __: ReportedCase, row: BenchmarkRow) => row.shares[part],
    ]),
  ),
  overhead: (_, __, row) => row.overhead,
  identical: (_, __, row) => row.identical,
};

/** A line for each prompt of each case, as RFC 4180 has them; what is null is empty. */
export function renderCsv(report: Report): string {
  const lines = report.cases.flatMap((one) =>
    one.rows.map((row) => Object.values(COLUMNS).map((pick) => pick(report, one, row))),
  );
  return csv([Object.keys(COLUMNS), ...lines]);
}

export function csv(lines: readonly (readonly Value[])[]): string {
  return lines.map((line) => `${line.map(quote).join(",")}\r\n`).join("");
}

function quote(value: Value): string {
  const text = value === null ? "" : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
