import { percent } from "../../format.js";
import { meanAcceptedPerPosition } from "../../study/averages.js";
import type { PairGroup } from "../../study/groups.js";
import type { Figures } from "../figures.js";
import type { Chart } from "./chart.js";
import { seriesScales } from "./scale.js";
import { leftOut, selectCases } from "./select.js";

/** How often each token of a draft was accepted; null where nothing was drafted. */
export function positionChart(group: PairGroup, id: string, figures: Figures): Chart | null {
  const shown = selectCases(group);
  const names = shown.map(({ one }) => one.label);
  const values = shown.flatMap(({ one }) =>
    meanAcceptedPerPosition(one).map((share, i) => ({ draft: one.label, position: i + 1, share })),
  );
  if (values.length === 0) return null;
  const means = group.cases.map((placed) => ({ ...placed, shares: meanAcceptedPerPosition(placed.one) }));
  const longest = Math.max(...means.map(({ shares }) => shares.length));
  const { color, shape, strokeDash } = seriesScales(names);
  const draft = { field: "draft", type: "nominal" };
  return {
    id,
    half: true,
    title: "Acceptance at each position of a draft",
    description: `The share of rounds in which the draft's first, second and further tokens were accepted, for ${names.join(", ")}.`,
    caption: `Of all rounds, those in which the draft’s token of this place was accepted.${leftOut(group, shown)}`,
    spec: ({ narrow }) => ({
      data: { values },
      height: 250,
      mark: { type: "line", strokeWidth: 1.5, point: { filled: true, size: 45 } },
      encoding: {
        x: {
          ...{ field: "position", type: "quantitative", scale: { domainMin: 1, nice: false } },
          axis: { title: "place in the draft", tickMinStep: 1, tickCount: narrow ? 6 : 9, grid: false },
        },
        y: {
          field: "share",
          type: "quantitative",
          scale: { domain: [0, 1] },
          axis: { title: "accepted", format: ".0%", tickCount: 6 },
        },
        color: { ...draft, scale: color, legend: narrow ? { columns: 1 } : { columns: 2 } },
        shape: { ...draft, scale: shape },
        strokeDash: { ...draft, scale: strokeDash },
      },
    }),
    table: {
      caption: "Share of rounds in which a draft’s token was accepted: mean over the prompts",
      head: ["place", ...group.cases.map(({ one }) => one.label)],
      rows: Array.from({ length: longest }, (_, i) => [
        i + 1,
        ...means.map(({ one, at, shares }) =>
          figures.derived(
            shares[i] ?? null,
            percent,
            "mean",
            one.rows.flatMap((row, j) =>
              i < row.acceptedPerPosition.length ? `${at}/rows/${j}/acceptedPerPosition/${i}` : [],
            ),
          ),
        ),
      ]),
    },
  };
}
