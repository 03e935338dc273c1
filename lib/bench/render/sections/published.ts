import { percent, times } from "../../format.js";
import type { Report } from "../../report-types.js";
import { besidePublished, type PublishedStudy } from "../../study/published.js";
import type { Figures } from "../figures.js";
import { html, type Markup } from "../html.js";
import { htmlTable } from "../html-table.js";
import {
  measuredPair,
  PUBLISHED_HEAD,
  PUBLISHED_NOTE,
  PUBLISHED_TITLE,
  publishedLabel,
} from "../published-cells.js";

/** What others measured beside what was measured here; null where nothing is published of the pairs. */
export function published(report: Report, figures: Figures): Markup | null {
  const studies = besidePublished(report);
  if (studies.length === 0) return null;
  return html`<section id="published">
<h2>${PUBLISHED_TITLE}</h2>
<p>${PUBLISHED_NOTE}</p>
${htmlTable({
  caption: PUBLISHED_TITLE,
  head: PUBLISHED_HEAD,
  words: [1],
  rows: studies.flatMap((study) => [theirs(study, figures), ...ours(study, figures)]),
})}
</section>`;
}

function theirs({ group, published }: PublishedStudy, figures: Figures) {
  const { speedup, acceptanceRate, remark } = published;
  const at = `${group.at}/published`;
  return [
    group.pair.id,
    publishedLabel(published),
    speedup === null ? (remark ?? "–") : figures.interval(`${at}/speedup`, times),
    acceptanceRate === null ? "–" : figures.interval(`${at}/acceptanceRate`, percent),
  ];
}

function ours({ group, cases }: PublishedStudy, figures: Figures) {
  return cases.map(({ one, at, speedup, acceptanceRate }) => {
    const from = (key: string) => one.rows.map((_, i) => `${at}/rows/${i}/${key}`);
    const span = (values: [number, number], key: string, format: (value: number) => string) =>
      html`${figures.derived(values[0], format, "least", from(key))}–${figures.derived(values[1], format, "most", from(key))}`;
    return [
      measuredPair(group),
      one.label,
      span(speedup, "speedup", times),
      acceptanceRate === null ? "–" : span(acceptanceRate, "acceptanceRate", percent),
    ];
  });
}
