import { fixed, percent, times } from "../../format.js";
import type { PairGroup } from "../../study/groups.js";
import type { Figures } from "../figures.js";
import type { Chart } from "./chart.js";
import { intervalLines } from "./interval-lines.js";
import { breakEven, seriesScales } from "./scale.js";
import { SERIES } from "./theme.js";

/** Speedup against temperature; null where only one was measured. */
export function temperatureChart({ cases }: PairGroup, id: string, figures: Figures): Chart | null {
  if (new Set(cases.map(({ one }) => one.temperature)).size < 2) return null;
  const named = cases.map((placed) => ({
    ...placed,
    draft: placed.one.label.replace(/ temperature [\d.e-]+$/, ""),
  }));
  const names = [...new Set(named.map(({ draft }) => draft))].slice(0, SERIES.length);
  const values = named
    .filter(({ draft }) => names.includes(draft))
    .map(({ one: { temperature, summary }, draft }) => ({
      ...{
        draft,
        temperature,
        speedup: summary.speedup,
        low: summary.interval[0],
        high: summary.interval[1],
      },
    }));
  const scales = seriesScales(names);
  const x = { field: "temperature", type: "quantitative", axis: { title: "temperature", grid: false } };
  return {
    id,
    half: true,
    title: "Speedup against temperature",
    description: `Speedup with 95% intervals at each temperature for ${names.join(", ")}.`,
    caption:
      "Above 0 the two sides write different texts of the same length, and a draft is accepted less often.",
    spec: ({ narrow }) => ({
      data: { values },
      height: 250,
      layer: [
        breakEven("y"),
        ...intervalLines(
          x,
          {
            field: "speedup",
            scale: { zero: false },
            axis: { grid: true, title: "speedup (×)", tickCount: 6 },
          },
          scales,
          { columns: narrow ? 1 : 2 },
        ),
      ],
    }),
    table: {
      caption: "By temperature",
      head: ["draft", "temperature", "speedup", "95% interval", "acceptance rate"],
      rows: named.map(({ at, draft }) => [
        draft,
        figures.at(`${at}/temperature`, String),
        figures.at(`${at}/summary/speedup`, times),
        figures.interval(`${at}/summary/interval`, fixed(2)),
        figures.at(`${at}/summary/acceptanceRate`, percent),
      ]),
    },
  };
}
