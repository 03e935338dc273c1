import { fixed } from "../../format.js";
import type { PairGroup } from "../../study/groups.js";
import type { Figures } from "../figures.js";
import type { Chart } from "./chart.js";

/** v(n): what it costs to check n tokens at once. */
export function costsChart({ pair, at }: PairGroup, id: string, figures: Figures): Chart {
  const { verifyCosts } = pair.profile.costs;
  return {
    id,
    half: true,
    title: "What a target pass of n tokens costs",
    description: `v(n), the time of a target pass of n rows relative to one of a single row, for n = 1 to ${verifyCosts.length}.`,
    caption: "v(n): relative to a pass of one token, each measured by itself.",
    spec: ({ narrow }) => ({
      data: { values: verifyCosts.map((cost, i) => ({ n: i + 1, cost })) },
      height: 250,
      mark: {
        type: "line",
        strokeWidth: 1.5,
        color: "var(--ink)",
        point: { filled: true, size: 40, color: "var(--ink)" },
      },
      encoding: {
        x: {
          field: "n",
          type: "quantitative",
          scale: { zero: false, nice: false },
          axis: { title: "n, tokens of the pass", tickMinStep: 1, tickCount: narrow ? 6 : 9, grid: false },
        },
        y: {
          field: "cost",
          type: "quantitative",
          scale: { zero: true },
          axis: { title: "v(n)", tickCount: 6 },
        },
      },
    }),
    table: {
      caption: "v(n)",
      head: ["n", "v(n)"],
      rows: verifyCosts.map((_, i) => [i + 1, figures.at(`${at}/profile/costs/verifyCosts/${i}`, fixed(2))]),
    },
  };
}
