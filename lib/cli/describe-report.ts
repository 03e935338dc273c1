import Table from "cli-table3";
import { percent } from "../bench/format.js";
import {
  CONCURRENCY_HEAD,
  CONCURRENCY_NOTE,
  CONCURRENCY_TITLE,
  concurrencyTexts,
} from "../bench/render/concurrency-cells.js";
import {
  PUBLISHED_HEAD,
  PUBLISHED_NOTE,
  PUBLISHED_TITLE,
  publishedCells,
} from "../bench/render/published-cells.js";
import { RANKING_HEAD, RANKING_TITLE, rankingCells } from "../bench/render/ranking-cells.js";
import type { Report, ReportedPair } from "../bench/report-types.js";
import { DISTURBED, wasDisturbed } from "../bench/study/disturbed.js";
import { byPair, markedLabel, type PlacedConcurrency } from "../bench/study/groups.js";
import { besidePublished } from "../bench/study/published.js";
import { rankPairs } from "../bench/study/ranking.js";
import { type BenchmarkColumn, benchmarkTable, summaryTable } from "../bench/table.js";

/** What fits a terminal; the files have everything. */
const COLUMNS: readonly BenchmarkColumn[] = [
  "prompt",
  "baseline",
  "speculative",
  "speedup",
  "interval",
  "predicted",
  "agreement",
  "acceptanceRate",
  "draftLength",
  "tokensPerRound",
  "identical",
];
/** Prompts are listed one by one where there are not more lines than this. */
const MOST_LINES = 24;

/** A report for a terminal. */
export function describeReport(report: Report): string {
  const { missing, machine, title, threads } = report;
  const lines = [title, ""];
  for (const { pair, cases, concurrency } of byPair(report)) {
    const own = cases.map(({ one }) => one);
    if (own.length + concurrency.length === 0) continue;
    lines.push(describePair(pair));
    const marked = cases.map((placed) => ({ ...placed.one, label: markedLabel(placed, cases) }));
    if (own.length > 0) lines.push(summaryTable(marked, COLUMNS), "");
    if (concurrency.length > 0)
      lines.push(`${CONCURRENCY_TITLE}. ${CONCURRENCY_NOTE}`, concurrencyTable(concurrency), "");
    for (const one of own.reduce((sum, { rows }) => sum + rows.length, 0) <= MOST_LINES ? own : [])
      lines.push(`${one.label}, by prompt:`, benchmarkTable(one, COLUMNS), "");
  }
  const studies = besidePublished(report);
  if (studies.length > 0) {
    const table = new Table({ head: PUBLISHED_HEAD, style: { head: [], border: [], compact: true } });
    table.push(...studies.flatMap(publishedCells));
    lines.push(`${PUBLISHED_TITLE}. ${PUBLISHED_NOTE}`, table.toString(), "");
  }
  const ranked = rankPairs(report);
  if (ranked.length > 1) {
    const table = new Table({ head: RANKING_HEAD, style: { head: [], border: [], compact: true } });
    table.push(...ranked.map(rankingCells));
    lines.push(`${RANKING_TITLE}:`, table.toString(), "");
  }
  for (const { id, reason } of missing) lines.push(`Missing: ${id} (${reason})`);
  lines.push(
    `${machine.cpu}, ${threads} of ${machine.cores} cores, Node ${machine.node}, llama.cpp ${machine.llamaCpp}, commit ${machine.commit ?? "unknown"}`,
    "",
  );
  return lines.join("\n");
}

function concurrencyTable(cases: readonly PlacedConcurrency[]): string {
  const table = new Table({
    head: narrow(CONCURRENCY_HEAD).map((title) => title.replace(/ (?=\S+$)/, "\n")),
    colAligns: narrow(CONCURRENCY_HEAD).map((_, i) => (i === 1 ? "left" : "right")),
    style: { head: [], border: [], compact: true },
  });
  table.push(...cases.flatMap(({ one }) => concurrencyTexts(one).map(narrow)));
  return table.toString();
}

/** Without the memory, which the files have. */
function narrow(cells: readonly string[]): string[] {
  return cells.slice(0, -1);
}

function describePair({ id, target, draft, compatibility, profile: { costs } }: ReportedPair): string {
  const { draftCost, verifyCosts, targetStepMs } = costs;
  const v = [2, 4, 8, 16].flatMap((n) =>
    verifyCosts[n - 1] === undefined ? [] : [`v(${n}) ${verifyCosts[n - 1]?.toFixed(2)}`],
  );
  return [
    `${id}: draft ${percent(draft.parameters / target.parameters)} of the target's size, vocabularies ${compatibility.verdict}`,
    `one target pass ${targetStepMs.toFixed(2)} ms, c ${draftCost?.toFixed(3)}, ${v.join(", ")}${
      draft.dialledAgreement === null ? "" : `; agreement ${draft.dialledAgreement} set by construction`
    }`,
    ...(wasDisturbed(costs) ? [DISTURBED] : []),
  ].join("\n");
}
