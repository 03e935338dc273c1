import { percent } from "../../format.js";
import { meanShares, TIME_PARTS } from "../../study/averages.js";
import type { PairGroup } from "../../study/groups.js";
import type { Figures } from "../figures.js";
import type { Chart } from "./chart.js";

const COLORS = TIME_PARTS.map((part) => `var(--time-${part})`);

/** Where the time of speculative generations goes, by draft setting. */
export function timeChart({ cases }: PairGroup, id: string, figures: Figures): Chart {
  const values = cases.flatMap(({ one }) => {
    const shares = meanShares(one);
    return TIME_PARTS.map((part, order) => ({ draft: one.label, part, share: shares[part], order }));
  });
  return {
    id,
    half: true,
    title: "Where the time goes",
    description:
      "The share of prefill, drafting, verifying, sampling and the rest in the time of speculative generations.",
    caption: "Shares of a speculative generation: the mean over the prompts.",
    spec: ({ narrow }) => ({
      data: { values },
      height: cases.length * (cases.length > 8 ? 18 : 34),
      mark: { type: "bar", height: { band: 0.7 }, stroke: "var(--paper)", strokeWidth: 1 },
      encoding: {
        y: { field: "draft", type: "nominal", sort: null, axis: { title: null } },
        x: {
          field: "share",
          type: "quantitative",
          stack: "zero",
          scale: { domain: [0, 1] },
          axis: { title: null, format: ".0%", tickCount: narrow ? 3 : 5 },
        },
        order: { field: "order", type: "quantitative" },
        color: {
          ...{ field: "part", type: "nominal" },
          scale: { domain: [...TIME_PARTS], range: COLORS },
          legend: { symbolType: "square", columns: 3, offset: 10 },
        },
      },
    }),
    table: {
      caption: "Shares of the time: mean over the prompts",
      head: ["draft", ...TIME_PARTS],
      rows: cases.map(({ one, at }) => {
        const shares = meanShares(one);
        return [
          one.label,
          ...TIME_PARTS.map((part) =>
            figures.derived(
              shares[part],
              percent,
              "mean",
              one.rows.map((_, i) => `${at}/rows/${i}/shares/${part}`),
            ),
          ),
        ];
      }),
    },
  };
}
