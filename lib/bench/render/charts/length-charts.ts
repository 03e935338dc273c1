import type { DraftLengthStudy } from "../../study/draft-length.js";
import type { Placed } from "../../study/groups.js";
import type { Figures } from "../figures.js";
import type { Chart } from "./chart.js";
import { lengthTable } from "./length-table.js";
import { breakEven } from "./scale.js";

const KINDS = { fixed: "measured", chosen: "policy’s own choice", predicted: "predicted" } as const;

type Quantity = "speedup" | "acceptanceRate";

/** Speedup and acceptance against the draft length: measured, predicted, the best point and the policy's own choice. */
export function lengthCharts(study: DraftLengthStudy, id: string, figures: Figures, pairAt: string): Chart[] {
  const at = study.temperature === 0 ? "" : ` at temperature ${study.temperature}`;
  const agreement =
    study.agreement === null
      ? ""
      : ` The curve is the formula’s for α = ${study.agreement.toFixed(3)} and the measured c and v(n).`;
  return [
    {
      id: `${id}-speedup`,
      half: true,
      title: `Speedup against draft length${at}`,
      description: `Measured speedup with 95% intervals at each fixed draft length, the predicted curve, and where the adaptive policy went. Best: ${study.best.one.label}.`,
      caption: `Best: ${study.best.one.label}.${agreement}`,
      spec: ({ narrow }) => spec(study, "speedup", "speedup (×)", narrow),
      table: lengthTable(study, figures, pairAt),
    },
    {
      id: `${id}-acceptance`,
      half: true,
      title: `Acceptance rate against draft length${at}`,
      description:
        "Measured share of drafted tokens that were accepted at each draft length, and the share that the mean agreement predicts.",
      caption: "Accepted of all drafted tokens. It falls with the length even where agreement stays.",
      spec: ({ narrow }) => spec(study, "acceptanceRate", "acceptance rate", narrow),
      table: lengthTable(study, figures, pairAt),
    },
  ];
}

function spec(
  { fixed: cases, chosen, best, predicted }: DraftLengthStudy,
  quantity: Quantity,
  title: string,
  narrow: boolean,
) {
  const isSpeedup = quantity === "speedup";
  const point =
    (kind: keyof typeof KINDS) =>
    ({ one }: Placed) => ({
      kind: KINDS[kind],
      length: kind === "fixed" ? one.draft.maxTokens : one.summary.draftLength,
      value: one.summary[quantity],
      ...(isSpeedup ? { low: one.summary.interval[0], high: one.summary.interval[1] } : {}),
      best: one === best.one,
    });
  const measured = [...cases.map(point("fixed")), ...chosen.map(point("chosen"))].filter(
    ({ value }) => value !== null,
  );
  const names = [KINDS.fixed, KINDS.chosen, KINDS.predicted];
  const color = { domain: names, range: ["var(--s1)", "var(--s2)", "var(--soft)"] };
  const x = {
    field: "length",
    type: "quantitative",
    scale: { zero: true, nice: false },
    axis: { title: "tokens drafted per round", tickMinStep: 1, tickCount: narrow ? 6 : 9, grid: false },
  };
  const y = {
    field: "value",
    type: "quantitative",
    scale: { zero: !isSpeedup, ...(isSpeedup ? {} : { domain: [0, 1] }) },
    axis: { grid: true, title, tickCount: 6, ...(isSpeedup ? {} : { format: ".0%" }) },
  };
  const byKind = { field: "kind", type: "nominal", scale: color };
  return {
    height: 250,
    layer: [
      ...(isSpeedup ? [breakEven("y")] : []),
      {
        data: {
          values: predicted.map((one) => ({
            kind: KINDS.predicted,
            length: one.length,
            value: one[quantity],
          })),
        },
        mark: { type: "line", strokeWidth: 2, strokeDash: [5, 3], interpolate: "linear" },
        encoding: { x, y, color: byKind },
      },
      ...(isSpeedup
        ? [
            {
              data: { values: measured },
              mark: { type: "rule", strokeWidth: 1.5 },
              encoding: {
                x,
                y: { field: "low", type: "quantitative" },
                y2: { field: "high" },
                color: byKind,
              },
            },
          ]
        : []),
      {
        data: { values: measured },
        mark: { type: "point", filled: true, opacity: 1, size: 60 },
        encoding: {
          ...{ x, y },
          color: { ...byKind, legend: narrow ? { columns: 2 } : {} },
          shape: {
            field: "kind",
            type: "nominal",
            scale: { domain: names, range: ["circle", "diamond", "stroke"] },
          },
        },
      },
      {
        data: { values: measured.filter((one) => one.best) },
        layer: [
          {
            mark: {
              type: "point",
              size: 190,
              color: "var(--ink)",
              strokeWidth: 1.5,
              filled: false,
              opacity: 1,
            },
            encoding: { x, y },
          },
          {
            mark: {
              type: "text",
              dx: 13,
              align: "left",
              text: "best",
              fontWeight: "bold",
              color: "var(--ink)",
            },
            encoding: { x, y },
          },
        ],
      },
    ],
  };
}
