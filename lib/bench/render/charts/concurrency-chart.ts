import type { PlacedConcurrency } from "../../study/groups.js";
import { CONCURRENCY_HEAD, concurrencyCells } from "../concurrency-cells.js";
import type { Figures } from "../figures.js";
import type { Content } from "../html.js";
import type { Chart } from "./chart.js";
import { intervalLines } from "./interval-lines.js";
import { seriesScales } from "./scale.js";

/** What all requests together get done, by how many run at once, with a draft and without. */
export function concurrencyChart(
  label: string,
  cases: readonly PlacedConcurrency[],
  id: string,
  figures: Figures,
): Chart {
  const names = ["without a draft", label];
  const values = cases.flatMap(({ one: { concurrency, baseline, speculative } }) =>
    [baseline, speculative].map(({ tokensPerSecond, interval: [low, high] }, i) => ({
      ...{ concurrency, tokensPerSecond, low, high },
      draft: names[i],
    })),
  );
  const levels = [...new Set(cases.map(({ one }) => one.concurrency))].sort((a, b) => a - b);
  const scales = seriesScales(names);
  const x = {
    field: "concurrency",
    type: "quantitative",
    scale: { type: "log", base: 2, nice: false },
    axis: { title: "requests at once", values: levels, format: "d", grid: false },
  };
  return {
    id,
    open: true,
    title: "Tokens per second of all requests",
    description: `Generated tokens per second of all requests together with 95% intervals, with ${levels.join(", ")} requests at once, without a draft and with the setting ${label}.`,
    caption: "Prompts included in the time. Bars are 95% intervals.",
    spec: ({ narrow }) => ({
      data: { values },
      height: 280,
      layer: intervalLines(
        x,
        {
          field: "tokensPerSecond",
          scale: { zero: true },
          axis: { grid: true, title: "tokens per second", tickCount: 6 },
        },
        scales,
        narrow ? { columns: 1 } : {},
      ),
    }),
    table: {
      caption: `By requests at once: ${label}`,
      head: CONCURRENCY_HEAD,
      words: [1],
      rows: cases.flatMap(({ one, at }) =>
        concurrencyCells<Content>(one, {
          number: (pointer, format) => figures.at(at + pointer, format),
          join: (...parts) => parts,
        }),
      ),
    },
  };
}
