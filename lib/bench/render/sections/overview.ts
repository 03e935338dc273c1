import { fixed, percent, rate, times } from "../../format.js";
import type { Report } from "../../report-types.js";
import { best, byPair, isTrained, type PairGroup, type Placed, standing } from "../../study/groups.js";
import type { Figures } from "../figures.js";
import { html, type Markup } from "../html.js";
import { htmlTable } from "../html-table.js";

/** What came out, and what is missing; null where there is neither. */
export function overview(report: Report, figures: Figures): Markup | null {
  const groups = byPair(report).filter(({ cases }) => cases.length > 0);
  if (groups.length === 0 && report.missing.length === 0) return null;
  return html`<section id="results">
<h2>Results</h2>
${missing(report)}
<div class="headlines">${groups.map((group) => headline(group, figures))}</div>
${groups.map((group) => summaryTable(group, figures))}
</section>`;
}

function missing({ missing }: Report): Markup | null {
  if (missing.length === 0) return null;
  return html`<aside class="notice" aria-label="Missing">
<p><strong>${missing.length} of what was planned is missing.</strong> Everything below is of what was finished.</p>
<ul>${missing.map(({ id, reason }) => html`<li>${id}: ${reason}</li>`)}</ul>
</aside>`;
}

function headline(group: PairGroup, figures: Figures): Markup | null {
  const fastest = best(group.cases);
  if (fastest === undefined) return null;
  const { one, at } = fastest;
  const identical = one.summary.identical;
  return html`<div class="headline">
<p class="big">${figures.at(`${at}/summary/speedup`, times)}</p>
<p><strong>${group.pair.id}</strong><br>${one.label}, 95% interval ${figures.interval(`${at}/summary/interval`, fixed(2))}<br>
${identical === null ? "sampled: the target’s distribution" : identical ? "the target’s own tokens in every run" : "other tokens than the target’s"}${isTrained(group) ? "" : html`<br><em>agreement set by construction</em>`}</p>
</div>`;
}

function summaryTable({ pair, cases }: PairGroup, figures: Figures): Markup {
  return htmlTable({
    caption: `${pair.id}: means over the prompts`,
    head: [
      "draft",
      ...["baseline tok/s", "speculative tok/s", "speedup", "95% interval", "predicted", "with prefill"],
      ...[
        "agreement",
        "acceptance rate",
        "drafted per round",
        "tokens per round",
        "outside models",
        "identical",
      ],
    ],
    rows: cases.map((placed) => {
      const { one, at } = placed;
      const of = (key: string, format: (value: number) => string) =>
        figures.at(`${at}/summary/${key}`, format);
      return [
        label(placed, cases),
        of("baselineTokensPerSecond", rate),
        of("tokensPerSecond", rate),
        of("speedup", times),
        figures.interval(`${at}/summary/interval`, fixed(2)),
        of("predictedSpeedup", times),
        of("endToEnd", times),
        of("agreement", percent),
        of("acceptanceRate", percent),
        of("draftLength", fixed(2)),
        of("tokensPerRound", fixed(2)),
        of("overhead", percent),
        one.summary.identical === null ? "–" : one.summary.identical ? "yes" : html`<strong>no</strong>`,
      ];
    }),
  });
}

function label(placed: Placed, cases: readonly Placed[]): Markup | string {
  const place = standing(placed, cases);
  const text = placed.one.label;
  return place === null
    ? text
    : html`${text} <span class="${place === "best" ? "best" : "tied"}">${place}</span>`;
}
