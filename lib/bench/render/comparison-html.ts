import { fixed, signed, times } from "../format.js";
import type { Report } from "../report-types.js";
import type { ComparedCase, Comparison } from "../study/compare.js";
import { renderChart } from "./charts/chart.js";
import { breakEven, seriesScales } from "./charts/scale.js";
import { missing, nameOf } from "./comparison-text.js";
import { type Content, html, type Markup } from "./html.js";
import { page } from "./page.js";
import { card, type Entry } from "./sections/card.js";

/** Reports against the first, as a page like theirs. */
export async function renderComparisonHtml(
  reports: readonly Report[],
  comparisons: readonly Comparison[],
): Promise<string> {
  const sections: Markup[] = [];
  for (const [i, comparison] of comparisons.entries()) sections.push(await section(reports, comparison, i));
  return page({
    title: "What changed",
    subtitle: `${reports.length} reports, each against the first`,
    links: [
      ...comparisons.map(({ after }, i) => [`comparison-${i}`, name(reports[after])] as const),
      ["runs", "The reports"],
    ],
    body: html`${sections}<section id="runs"><h2>The reports</h2><div class="cards">${reports.map(runCard)}</div>
<p>A difference is seen where the 95% intervals of the two speedups do not overlap; that is a strict rule, and smaller differences need more
repetitions. Speedups are of neighbouring runs, so a machine that was slower as a whole changes them little; tokens per second it does
change.</p></section>`,
    data: comparisons,
  });
}

async function section(reports: readonly Report[], comparison: Comparison, i: number): Promise<Markup> {
  const { before, after, cases } = comparison;
  return html`<section id="comparison-${i}"><h2>${name(reports[after])}</h2>
<p>Against ${name(reports[before])}.</p>
${missing(comparison).map((line) => html`<p class="notice">${line}</p>`)}
${cases.length === 0 ? html`<p>No case is in both.</p>` : await renderChart(chart(cases, `changes-${i}`, `/${i}/cases`))}
</section>`;
}

function chart(cases: readonly ComparedCase[], id: string, at: string) {
  const sides = ["before", "after"] as const;
  const values = cases.flatMap(({ ids, speedups, intervals }) =>
    sides.map((side, i) => ({
      case: ids[0],
      side,
      speedup: speedups[i],
      low: intervals[i]?.[0],
      high: intervals[i]?.[1],
    })),
  );
  const { color, shape } = seriesScales(sides);
  const y = (narrow: boolean) => ({
    ...{ field: "case", type: "nominal", sort: null },
    axis: { title: null, grid: true, tickBand: "extent", labelLimit: narrow ? 120 : 300 },
  });
  const yOffset = { field: "side", type: "nominal", sort: sides };
  return {
    id,
    title: "Speedup before and after",
    description: `Speedups with 95% intervals of ${cases.length} cases before and after.`,
    caption: "Bars are 95% intervals: where the two overlap no difference is seen.",
    open: true,
    spec: ({ narrow }: { narrow: boolean }) => ({
      data: { values },
      height: cases.length * 40,
      layer: [
        breakEven("x"),
        {
          mark: { type: "rule", strokeWidth: 1.5 },
          encoding: {
            y: y(narrow),
            yOffset,
            x: { field: "low", type: "quantitative" },
            x2: { field: "high" },
            color: { field: "side", scale: color },
          },
        },
        {
          mark: { type: "point", filled: true, size: 55, opacity: 1 },
          encoding: {
            ...{ y: y(narrow), yOffset },
            x: {
              field: "speedup",
              type: "quantitative",
              scale: { zero: false },
              axis: { grid: true, title: "speedup over the target alone (×)", tickCount: narrow ? 4 : 8 },
            },
            color: { field: "side", type: "nominal", scale: color },
            shape: { field: "side", type: "nominal", scale: shape },
          },
        },
      ],
    }),
    table: {
      caption: "Speedup and tokens per second before and after",
      head: [
        "case",
        "before",
        "95%",
        "after",
        "95%",
        "difference",
        "95%",
        "tokens/s after / before",
        "95%",
        "seen of the speedup",
      ],
      words: [9],
      rows: cases.map((one, i) => row(one, `${at}/${i}`)),
    },
  };
}

function row(one: ComparedCase, at: string): Content[] {
  const figure = (value: number, key: string, format: (value: number) => string) =>
    html`<data value="${value}" data-from="${at}/${key}" title="${at}/${key}">${format(value)}</data>`;
  const interval = ([low, high]: readonly [number, number], key: string, format: (value: number) => string) =>
    html`${figure(low, `${key}/0`, format)} – ${figure(high, `${key}/1`, format)}`;
  return [
    one.ids[0] === one.ids[1] ? one.ids[0] : `${one.ids[0]} → ${one.ids[1]}`,
    figure(one.speedups[0], "speedups/0", times),
    interval(one.intervals[0], "intervals/0", fixed(2)),
    figure(one.speedups[1], "speedups/1", times),
    interval(one.intervals[1], "intervals/1", fixed(2)),
    figure(one.difference, "difference", signed),
    interval(one.differenceInterval, "differenceInterval", signed),
    figure(one.rate, "rate", times),
    interval(one.rateInterval, "rateInterval", fixed(2)),
    one.verdict,
  ];
}

function runCard(report: Report, i: number): Markup {
  const { machine, threads, date, title, command } = report;
  return card(i === 0 ? "Before" : `After ${i}`, [
    ["title", title],
    ["date", date.slice(0, 16).replace("T", " ")],
    ["commit", machine.commit ?? "unknown"],
    ["processor", machine.cpu],
    ["threads", `${threads} of ${machine.cores} cores`],
    ["Node, llama.cpp", `${machine.node}, ${machine.llamaCpp}`],
    ["command", html`<code>${command}</code>`],
  ] satisfies Entry[]);
}

function name(report: Report | undefined): string {
  return report === undefined ? "" : nameOf(report);
}
