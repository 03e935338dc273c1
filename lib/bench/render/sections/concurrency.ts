import type { Report } from "../../report-types.js";
import { byPair, isTrained, type PairGroup } from "../../study/groups.js";
import { renderChart } from "../charts/chart.js";
import { concurrencyChart } from "../charts/concurrency-chart.js";
import { CONCURRENCY_NOTE, CONCURRENCY_TITLE } from "../concurrency-cells.js";
import type { Figures } from "../figures.js";
import { html, type Markup } from "../html.js";

/** What many requests at once get done, by pair and draft setting; null where it was not measured. */
export async function concurrency(report: Report, figures: Figures): Promise<Markup | null> {
  const groups = byPair(report).filter((group) => group.concurrency.length > 0);
  if (groups.length === 0) return null;
  const parts: Markup[] = [];
  for (const [i, group] of groups.entries()) parts.push(await pairPart(group, `concurrency-${i}`, figures));
  return html`<section id="concurrency">
<h2>${CONCURRENCY_TITLE}</h2>
<p>${CONCURRENCY_NOTE}</p>
${parts}
</section>`;
}

async function pairPart(group: PairGroup, id: string, figures: Figures): Promise<Markup> {
  const labels = [...new Set(group.concurrency.map(({ one }) => one.label))];
  const charts: Markup[] = [];
  for (const [i, label] of labels.entries()) {
    const own = group.concurrency.filter(({ one }) => one.label === label);
    charts.push(await renderChart(concurrencyChart(label, own, `${id}-${i}`, figures)));
  }
  return html`<h3>${group.pair.id}${isTrained(group) ? "" : " (agreement set by construction)"}</h3>
<div class="charts">${charts}</div>`;
}
