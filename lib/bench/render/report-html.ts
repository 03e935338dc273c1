import type { Report } from "../report-types.js";
import { byPair } from "../study/groups.js";
import { CONCURRENCY_TITLE } from "./concurrency-cells.js";
import { Figures } from "./figures.js";
import { html } from "./html.js";
import { page } from "./page.js";
import { PUBLISHED_TITLE } from "./published-cells.js";
import { concurrency } from "./sections/concurrency.js";
import { guide } from "./sections/guide.js";
import { origin } from "./sections/origin.js";
import { overview } from "./sections/overview.js";
import { pairSection } from "./sections/pair.js";
import { published } from "./sections/published.js";
import { studies } from "./sections/studies.js";
import { textView } from "./sections/text-view.js";

/** One file that needs no other: charts, texts, cards and the JSON itself. */
export async function renderHtml(report: Report): Promise<string> {
  const figures = new Figures(report);
  const pairs = byPair(report).map((group, i) => ({ group, id: `pair-${i}` }));
  const sections = [];
  for (const { group, id } of pairs) sections.push(await pairSection(group, id, figures));
  const results = overview(report, figures);
  const beside = published(report, figures);
  const atOnce = await concurrency(report, figures);
  const comparison = studies(report, figures);
  const texts = textView(report);
  return page({
    title: report.title,
    subtitle: html`<time datetime="${report.date}">${report.date.slice(0, 10)}</time>, ${report.machine.cpu}, commit ${report.machine.commit?.slice(0, 12) ?? "unknown"}`,
    links: [
      ...(results === null ? [] : ([["results", "Results"]] satisfies [string, string][])),
      ...(beside === null ? [] : ([["published", PUBLISHED_TITLE]] satisfies [string, string][])),
      ...(atOnce === null ? [] : ([["concurrency", CONCURRENCY_TITLE]] satisfies [string, string][])),
      ...pairs.map(({ group, id }): [string, string] => [id, group.pair.id]),
      ...(comparison === null ? [] : ([["studies", "Drafts and domains"]] satisfies [string, string][])),
      ...(texts === null ? [] : ([["texts", "Texts"]] satisfies [string, string][])),
      ["origin", "How it was made"],
      ["guide", "How to read this"],
    ],
    body: html`${results}${beside}${atOnce}${sections}${comparison}${texts}${origin(report, figures)}${guide()}`,
    data: report,
  });
}
