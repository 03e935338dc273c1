import type { TopLevelSpec } from "vega-lite";
import { type Content, escapeHtml, html, Markup } from "../html.js";
import { type HtmlTable, htmlTable } from "../html-table.js";
import { THEME } from "./theme.js";

/** What a chart of this width is drawn for. */
export interface ChartSize {
  width: number;
  /** A phone's: legends below each other, fewer ticks. */
  narrow: boolean;
}

export interface Chart {
  /** Of this page alone. */
  id: string;
  title: string;
  /** What it shows, for people who do not see it. */
  description: string;
  /** How to read it. */
  caption: Content;
  /** Half the page's width. */
  half?: boolean;
  /** The numbers are shown from the start. */
  open?: boolean;
  spec: (size: ChartSize) => object;
  /** The same as numbers. */
  table: HtmlTable;
}

const WIDE = 1016;
const HALF = 492;
const NARROW = 340;
/** An average letter's width, of the font's size. */
const LETTER = 0.6;

/** A figure with the chart as SVG, once for wide pages and once for phones, and its numbers as a table. */
export async function renderChart(chart: Chart): Promise<Markup> {
  const { id, title, caption, half = false, open = false, table } = chart;
  const wide = await svg(chart, { width: half ? HALF : WIDE, narrow: false });
  const narrow = await svg(chart, { width: NARROW, narrow: true });
  return html`<figure id="${id}" class="chart${half ? " half" : ""}">
<figcaption><strong>${title}</strong> <span>${caption}</span></figcaption>
<div class="wide">${wide}</div>
<div class="narrow">${narrow}</div>
<details${open ? html` open` : null}><summary>The numbers</summary>${htmlTable(table)}</details>
</figure>`;
}

async function svg({ id, title, description, spec }: Chart, size: ChartSize): Promise<Markup> {
  const { compile, View, parse } = await library();
  const { spec: vega } = compile({
    $schema: "https://vega.github.io/schema/vega-lite/v6.json",
    autosize: { type: "fit-x", contains: "padding" },
    padding: { left: 4, right: 12, top: 2, bottom: 2 },
    width: size.width,
    config: THEME,
    ...spec(size),
  } as unknown as TopLevelSpec);
  const view = new View(parse(vega), { renderer: "none" });
  const drawn = tidy(await view.toSVG());
  view.finalize();
  const name = `${id}-${size.narrow ? "narrow" : "wide"}`;
  const [, width, height] = /^<svg [^>]*width="([\d.]+)" height="([\d.]+)"/.exec(drawn) ?? [];
  // Read as one picture with a name and a description; its marks are in the table.
  return new Markup(
    drawn.replace(
      /^<svg [^>]*>/,
      `<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-labelledby="${name}-title ${name}-desc" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"><title id="${name}-title">${escapeHtml(title)}</title><desc id="${name}-desc">${escapeHtml(description)}</desc>`,
    ),
  );
}

/** Without what Vega writes for scripts and for readers of single marks. */
function tidy(drawn: string): string {
  return drawn.replace(/<[a-z][^>]*>/g, (tag) =>
    tag.replace(/ (?:aria-[a-z]+|role|class|pointer-events)="[^"]*"| opacity="1"/g, ""),
  );
}

/** Loaded when the first chart is drawn: a third of a second that nothing else should wait for. */
async function library() {
  const [vega, { compile }] = await Promise.all([import("vega"), import("vega-lite")]);
  // Without a canvas Vega takes every letter for 0.8 of the font's size, and leaves wide margins beside axes.
  const { textMetrics } = vega as unknown as { textMetrics: object };
  Object.assign(textMetrics, { width: widthOf });
  return { View: vega.View, parse: vega.parse, compile };
}

function widthOf({ fontSize = 11 }: { fontSize?: number }, text: unknown): number {
  return String(text ?? "").length * fontSize * LETTER;
}
