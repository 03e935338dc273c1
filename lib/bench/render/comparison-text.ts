import Table from "cli-table3";
import { fixed, range, signed, times } from "../format.js";
import type { Report } from "../report-types.js";
import type { ComparedCase, Comparison } from "../study/compare.js";
import { csv } from "./csv.js";
import { markdownTable, text } from "./markdown.js";

const HEAD = [
  "case",
  "speedup before",
  "speedup after",
  "difference",
  "tokens/s after / before",
  "seen of the speedup",
];

function cells({
  ids,
  speedups,
  intervals,
  difference,
  differenceInterval,
  rate,
  rateInterval,
  verdict,
}: ComparedCase) {
  const speedup = (i: 0 | 1) => `${times(speedups[i])} (${range(intervals[i], fixed(2))})`;
  return [
    ids[0] === ids[1] ? ids[0] : `${ids[0]} → ${ids[1]}`,
    ...[speedup(0), speedup(1)],
    `${signed(difference)} (${differenceInterval.map(signed).join(" to ")})`,
    `${times(rate)} (${range(rateInterval, fixed(2))})`,
    verdict,
  ];
}

/** What a report is called beside another. */
export function nameOf({ title, date, threads, machine: { cpu, commit } }: Report): string {
  return `${title}, ${date.slice(0, 16).replace("T", " ")}, ${cpu}, ${threads} threads, commit ${commit?.slice(0, 12) ?? "unknown"}`;
}

/** A comparison for a terminal. */
export function describeComparison(reports: readonly Report[], comparisons: readonly Comparison[]): string {
  return comparisons
    .flatMap((comparison) => [...heading(reports, comparison), table(comparison), ...missing(comparison), ""])
    .concat("")
    .join("\n");
}

function table({ cases }: Comparison): string {
  if (cases.length === 0) return "No case is in both.";
  const table = new Table({
    head: [
      "case",
      "speedup\nbefore",
      "speedup\nafter",
      "difference",
      "tokens/s\nafter / before",
      "seen of the speedup",
    ],
    colAligns: ["left", "right", "right", "right", "right", "left"],
    style: { head: [], border: [], compact: true },
  });
  for (const one of cases) table.push(cells(one));
  return table.toString();
}

export function comparisonMarkdown(reports: readonly Report[], comparisons: readonly Comparison[]): string {
  return ["# What changed"]
    .concat(
      comparisons.flatMap((comparison) => [
        heading(reports, comparison).map(text).join("\\\n"),
        comparison.cases.length === 0
          ? "No case is in both."
          : markdownTable(HEAD, comparison.cases.map(cells)),
        ...missing(comparison).map(text),
      ]),
    )
    .join("\n\n")
    .concat("\n");
}

export function comparisonCsv(comparisons: readonly Comparison[]): string {
  return csv([
    [
      ...[
        "after",
        "caseBefore",
        "caseAfter",
        "prompts",
        "speedupBefore",
        "speedupBeforeLow",
        "speedupBeforeHigh",
      ],
      ...[
        "speedupAfter",
        "speedupAfterLow",
        "speedupAfterHigh",
        "difference",
        "differenceLow",
        "differenceHigh",
      ],
      ...["rate", "rateLow", "rateHigh", "verdict"],
    ],
    ...comparisons.flatMap(({ after, cases }) =>
      cases.map((one) => [
        ...[after, ...one.ids, one.prompts],
        ...[one.speedups[0], ...one.intervals[0], one.speedups[1], ...one.intervals[1]],
        ...[one.difference, ...one.differenceInterval, one.rate, ...one.rateInterval, one.verdict],
      ]),
    ),
  ]);
}

function heading(reports: readonly Report[], { before, after }: Comparison): string[] {
  return (
    [
      ["Before", before],
      ["After", after],
    ] as const
  ).flatMap(([label, i]) => {
    const report = reports[i];
    return report === undefined ? [] : `${label}: ${nameOf(report)}`;
  });
}

/** Cases that only one of the two has. */
export function missing({ onlyBefore, onlyAfter }: Comparison): string[] {
  return [
    ...(onlyBefore.length === 0 ? [] : [`Only before: ${onlyBefore.join("; ")}`]),
    ...(onlyAfter.length === 0 ? [] : [`Only after: ${onlyAfter.join("; ")}`]),
  ];
}
