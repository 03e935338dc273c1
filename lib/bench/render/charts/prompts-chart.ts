import { times } from "../../format.js";
import type { PairGroup } from "../../study/groups.js";
import { differingToken } from "../differing-token.js";
import type { Figures } from "../figures.js";
import type { Chart } from "./chart.js";
import { breakEven, seriesScales } from "./scale.js";
import { leftOut, selectCases } from "./select.js";

/** Prompts that one chart has room for. */
const MOST = 40;

/** Speedup of each prompt with its interval, by draft setting. */
export function promptsChart(group: PairGroup, id: string, figures: Figures): Chart {
  const shown = selectCases(group);
  const names = shown.map(({ one }) => one.label);
  const values = shown.flatMap(({ one }) =>
    one.rows.slice(0, MOST).map(({ prompt, speedup, interval: [low, high] }) => ({
      ...{ prompt, speedup, low, high },
      draft: one.label,
    })),
  );
  const prompts = [...new Set(group.cases.flatMap(({ one }) => one.rows.map(({ prompt }) => prompt)))];
  const { color, shape } = seriesScales(names);
  const tooMany = prompts.length > MOST ? ` The first ${MOST} of ${prompts.length} prompts.` : "";
  const y = {
    field: "prompt",
    type: "nominal",
    sort: null,
    axis: { title: null, grid: true, tickBand: "extent" },
  };
  const yOffset = { field: "draft", type: "nominal", sort: names };
  return {
    id,
    title: "Speedup of each prompt",
    description: `Speedup with 95% intervals of ${Math.min(prompts.length, MOST)} prompts for the draft settings ${names.join(", ")}.`,
    caption: `Bars are 95% intervals; right of the dashed line drafting pays.${leftOut(group, shown)}${tooMany}`,
    spec: ({ narrow }) => ({
      data: { values },
      height: Math.min(prompts.length, MOST) * (names.length * 12 + 12),
      layer: [
        breakEven("x"),
        {
          mark: { type: "rule", strokeWidth: 1.5 },
          encoding: {
            y,
            yOffset,
            x: { field: "low", type: "quantitative" },
            x2: { field: "high" },
            color: { field: "draft", scale: color },
          },
        },
        {
          mark: { type: "point", filled: true, size: 55, opacity: 1 },
          encoding: {
            ...{ y, yOffset },
            x: {
              ...{ field: "speedup", type: "quantitative" },
              scale: { zero: false, nice: true },
              axis: { grid: true, title: "speedup over the target alone (×)", tickCount: narrow ? 4 : 8 },
            },
            color: { field: "draft", type: "nominal", scale: color, legend: narrow ? { columns: 1 } : {} },
            shape: { field: "draft", type: "nominal", scale: shape },
          },
        },
      ],
    }),
    table: {
      caption: "Speedup (95% interval) of each prompt",
      head: ["prompt", ...group.cases.map(({ one }) => one.label)],
      rows: prompts.map((prompt) => [
        prompt,
        ...group.cases.map(({ one, at }) => {
          const row = one.rows.find((candidate) => candidate.prompt === prompt);
          if (row === undefined) return "–";
          const from = `${at}/rows/${one.rows.indexOf(row)}`;
          return [
            figures.at(`${from}/speedup`, times),
            " (",
            figures.interval(`${from}/interval`, (n) => n.toFixed(2)),
            ")",
            row.identical === false ? ["; not identical", differingToken(row, from, figures)] : null,
          ];
        }),
      ]),
    },
  };
}
