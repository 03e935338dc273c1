import type { ConcurrencyCase, Report, ReportedCase } from "../report-types.js";
import { TIME_PARTS } from "../study/averages.js";
import type { BenchmarkRow } from "../types.js";

type Value = string | number | boolean | null;

const CASE: Record<string, (report: Report, one: ReportedCase | ConcurrencyCase) => Value> = {
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
  processes: (_, one) => one.processes ?? 1,
  peakMemoryBytes: (_, one) => one.peakMemoryBytes,
  promptSet: (_, one) => one.promptSet,
};

const PROMPT: Record<string, (row: BenchmarkRow) => Value> = {
  prompt: (row) => row.prompt,
  domain: (row) => row.domain,
  promptTokens: (row) => row.promptTokens,
  tokens: (row) => row.tokens,
  baselineTokensPerSecond: (row) => row.baseline.tokensPerSecond,
  tokensPerSecond: (row) => row.speculative.tokensPerSecond,
  baselinePrefillTokensPerSecond: (row) => row.baseline.prefillTokensPerSecond,
  prefillTokensPerSecond: (row) => row.speculative.prefillTokensPerSecond,
  baselineFirstTokenMs: (row) => row.baseline.firstTokenMs,
  firstTokenMs: (row) => row.speculative.firstTokenMs,
  speedup: (row) => row.speedup,
  speedupLow: (row) => row.interval[0],
  speedupHigh: (row) => row.interval[1],
  endToEnd: (row) => row.endToEnd,
  predictedSpeedup: (row) => row.predictedSpeedup,
  draftCost: (row) => row.draftCost,
  verifyCost: (row) => row.verifyCost,
  agreement: (row) => row.agreement,
  acceptanceRate: (row) => row.acceptanceRate,
  tokensPerRound: (row) => row.tokensPerRound,
  draftLength: (row) => row.draftLength,
  ...Object.fromEntries(TIME_PARTS.map((part) => [`${part}Share`, (row: BenchmarkRow) => row.shares[part]])),
  overhead: (row) => row.overhead,
  identical: (row) => row.identical,
  divergencePosition: (row) => row.divergence?.position ?? null,
  divergenceMargin: (row) => row.divergence?.margin ?? null,
};

const CONCURRENCY: Record<string, (one: ConcurrencyCase) => Value> = {
  concurrency: (one) => one.concurrency,
  requests: (one) => one.requests,
  baselineTokensPerSecond: (one) => one.baseline.tokensPerSecond,
  tokensPerSecond: (one) => one.speculative.tokensPerSecond,
  speedup: (one) => one.speedup,
  speedupLow: (one) => one.interval[0],
  speedupHigh: (one) => one.interval[1],
  agreement: (one) => one.agreement,
  draftLength: (one) => one.draftLength,
  identical: (one) => one.identical,
  ...Object.fromEntries(
    (["firstTokenMs", "gapMs", "addedMs"] as const).flatMap((key) => {
      const name = key.replace(/^./, (letter) => letter.toUpperCase());
      return (["median", "p95"] as const).flatMap((which) => {
        const end = which === "p95" ? "P95" : "";
        return [
          [`baseline${name}${end}`, (one: ConcurrencyCase) => one.baseline[key]?.[which] ?? null],
          [`${key}${end}`, (one: ConcurrencyCase) => one.speculative[key]?.[which] ?? null],
        ];
      });
    }),
  ),
};

const HEAD = [...new Set([CASE, PROMPT, CONCURRENCY].flatMap(Object.keys))];

/**
 * A line for each prompt of each case and for each concurrency, which has no prompt, as RFC 4180 has them; what is null or
 * does not apply is empty.
 */
export function renderCsv(report: Report): string {
  const { cases, concurrency = [] } = report;
  const lines = [
    ...cases.flatMap((one) => one.rows.map((row) => line(report, one, PROMPT, row))),
    ...concurrency.map((one) => line(report, one, CONCURRENCY, one)),
  ];
  return csv([HEAD, ...lines]);
}

function line<T>(
  report: Report,
  one: ReportedCase | ConcurrencyCase,
  own: Record<string, (value: T) => Value>,
  value: T,
): Value[] {
  return HEAD.map((name) => CASE[name]?.(report, one) ?? own[name]?.(value) ?? null);
}

export function csv(lines: readonly (readonly Value[])[]): string {
  return lines.map((line) => `${line.map(quote).join(",")}\r\n`).join("");
}

function quote(value: Value): string {
  const text = value === null ? "" : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
