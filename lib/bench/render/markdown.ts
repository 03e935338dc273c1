import { firstToDiffer } from "../divergence.js";
import { fixed, mib, percent, range, rate, times } from "../format.js";
import { describeIdentity } from "../identity.js";
import type { Report } from "../report-types.js";
import { meanSpeed } from "../study/averages.js";
import { DISTURBED, wasDisturbed } from "../study/disturbed.js";
import { studyDomains } from "../study/domains.js";
import { draftLengthStudies } from "../study/draft-length.js";
import { byPair, isTrained, markedLabel, type PairGroup } from "../study/groups.js";
import { besidePublished } from "../study/published.js";
import { dialledPairs, rankPairs } from "../study/ranking.js";
import type { BenchmarkRow, BenchmarkSummary, Speed } from "../types.js";
import {
  CONCURRENCY_HEAD,
  CONCURRENCY_NOTE,
  CONCURRENCY_TITLE,
  concurrencyTexts,
} from "./concurrency-cells.js";
import { PUBLISHED_HEAD, PUBLISHED_NOTE, PUBLISHED_TITLE, publishedCells } from "./published-cells.js";
import { RANKING_HEAD, rankingCells } from "./ranking-cells.js";

type Cell = string | number;

/** The report's tables, for where pages are written. */
export function renderMarkdown(report: Report): string {
  const { title, date, command, machine, threads, missing } = report;
  return [
    `# ${text(title)}`,
    `${date}, ${text(machine.cpu)}, ${threads} of ${machine.cores} cores, Node ${machine.node}, llama.cpp ${machine.llamaCpp}, commit ${machine.commit ?? "unknown"}`,
    code(command),
    ...(missing.length === 0
      ? []
      : ["Missing:", missing.map(({ id, reason }) => `- ${text(`${id}: ${reason}`)}`).join("\n")]),
    ...publishedParts(report),
    ...byPair(report).flatMap(pairParts),
    ...rankingParts(report),
  ]
    .join("\n\n")
    .concat("\n");
}

function publishedParts(report: Report): string[] {
  const studies = besidePublished(report);
  if (studies.length === 0) return [];
  return [
    `## ${PUBLISHED_TITLE}`,
    PUBLISHED_NOTE,
    markdownTable(PUBLISHED_HEAD, studies.flatMap(publishedCells)),
  ];
}

function pairParts(group: PairGroup): string[] {
  const { pair, cases, concurrency } = group;
  const { draftCost, targetStepMs, verifyCosts } = pair.profile.costs;
  return [
    `## ${text(pair.id)}`,
    `Draft ${percent(pair.draft.parameters / pair.target.parameters)} of the target's size, vocabularies ${pair.compatibility.verdict}; a target pass ${targetStepMs.toFixed(2)} ms, c ${optional(draftCost, fixed(3))}, v(n) for n = 1 to ${verifyCosts.length}: ${verifyCosts.map(fixed(2)).join(", ")}.${
      isTrained(group) ? "" : ` Agreement ${pair.draft.dialledAgreement ?? "unknown"} set by construction.`
    }`,
    ...(wasDisturbed(pair.profile.costs) ? [DISTURBED] : []),
    ...(cases.length === 0
      ? []
      : [
          markdownTable(
            ["draft", ...FIGURES, "peak memory"],
            cases.map((placed) => [
              markedLabel(placed, cases),
              ...figures(placed.one.summary, placed.one.rows),
              mib(placed.one.peakMemoryBytes),
            ]),
          ),
        ]),
    ...(concurrency.length === 0
      ? []
      : [
          `### ${CONCURRENCY_TITLE}`,
          CONCURRENCY_NOTE,
          markdownTable(
            CONCURRENCY_HEAD,
            concurrency.flatMap(({ one }) => concurrencyTexts(one)),
          ),
        ]),
    ...draftLengthStudies(group).map(({ temperature, predicted, agreement }) =>
      predicted.length === 0
        ? ""
        : `Predicted for α = ${optional(agreement, fixed(3))}${temperature === 0 ? "" : ` at temperature ${temperature}`}: ${predicted.map(({ length, speedup }) => `${length}: ${times(speedup)}`).join(", ")}.`,
    ),
    ...cases.flatMap(({ one }) => [
      `### ${text(one.label)}`,
      markdownTable(["prompt", ...FIGURES], one.rows.map(promptCells)),
    ]),
  ].filter((part) => part !== "");
}

const FIGURES = [
  ...["baseline tok/s", "speculative tok/s", "speedup", "95% interval", "predicted", "agreement"],
  ...["acceptance rate", "drafted per round", "tokens per round"],
  ...["first token ms, baseline / speculative", "prefill tok/s, baseline / speculative", "identical"],
];

type Line = Omit<BenchmarkSummary, "firstTokenMs">;

function promptCells(row: BenchmarkRow): string[] {
  const { baseline, speculative } = row;
  const rates = {
    baselineTokensPerSecond: baseline.tokensPerSecond,
    tokensPerSecond: speculative.tokensPerSecond,
  };
  return [row.prompt, ...figures({ ...row, ...rates }, [row])];
}

/** Of a prompt or of several together. */
function figures(line: Line, rows: readonly BenchmarkRow[]): string[] {
  const both = (key: keyof Speed, format: (value: number) => string) =>
    (["baseline", "speculative"] as const)
      .map((side) => optional(meanSpeed(rows, side, key), format))
      .join(" / ");
  return [
    rate(line.baselineTokensPerSecond),
    rate(line.tokensPerSecond),
    times(line.speedup),
    range(line.interval, fixed(2)),
    optional(line.predictedSpeedup, times),
    optional(line.agreement, percent),
    optional(line.acceptanceRate, percent),
    line.draftLength.toFixed(2),
    optional(line.tokensPerRound, fixed(2)),
    both("firstTokenMs", fixed(1)),
    both("prefillTokensPerSecond", rate),
    describeIdentity({ ...line, divergence: firstToDiffer(rows)?.divergence ?? null }),
  ];
}

function rankingParts(report: Report): string[] {
  const ranked = rankPairs(report);
  const domains = studyDomains(ranked);
  const dialled = dialledPairs(report);
  if (ranked.length < 2 && domains === null) return [];
  return [
    "## Drafts and domains",
    ...(dialled.length === 0
      ? []
      : [
          `Left out, their agreement set by construction: ${dialled.map(({ pair }) => text(pair.id)).join("; ")}.`,
        ]),
    ...(ranked.length < 2 ? [] : [markdownTable(RANKING_HEAD, ranked.map(rankingCells))]),
    ...(domains === null
      ? []
      : [
          markdownTable(
            ["domain", ...ranked.map(({ pair, best }) => `${pair.id}, ${best.one.label}`)],
            domains.domains.map((domain, j) => [
              domain,
              ...domains.cells.map((row) => {
                const cell = row[j];
                return cell
                  ? `${times(cell.speedup)} (${range(cell.interval, fixed(2))}), agreement ${optional(cell.agreement, percent)}`
                  : "–";
              }),
            ]),
          ),
        ]),
  ];
}

/** The first column is words, the others numbers. */
export function markdownTable(head: readonly Cell[], rows: readonly (readonly Cell[])[]): string {
  const line = (cells: readonly Cell[]) => `| ${cells.map((cell) => text(String(cell))).join(" | ")} |`;
  return [line(head), `| --- |${" ---: |".repeat(head.length - 1)}`, ...rows.map(line)].join("\n");
}

/** Names as they are: nothing in them is markup, and none ends its cell. */
export function text(name: string): string {
  return name
    .replace(/\s+/g, " ")
    .replace(/[\\`*_[\]|#]/g, "\\$&")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;");
}

function code(command: string): string {
  const fence = "`".repeat(Math.max(3, ...(command.match(/`+/g) ?? []).map((run) => run.length + 1)));
  return `${fence}sh\n${command}\n${fence}`;
}

function optional(value: number | null, format: (value: number) => string): string {
  return value === null ? "–" : format(value);
}
