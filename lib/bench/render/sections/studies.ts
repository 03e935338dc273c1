import { fixed, percent, times } from "../../format.js";
import type { Report } from "../../report-types.js";
import { studyDomains } from "../../study/domains.js";
import { dialledPairs, type Ranked, rankPairs } from "../../study/ranking.js";
import type { Figures } from "../figures.js";
import { html, Markup } from "../html.js";
import { htmlTable } from "../html-table.js";

/** Drafts ranked, and what the kind of text does; null where there is neither to compare. */
export function studies(report: Report, figures: Figures): Markup | null {
  const ranked = rankPairs(report);
  const parts = [ranking(ranked, figures), domains(ranked, figures)].filter((part) => part !== null);
  if (parts.length === 0) return null;
  const dialled = dialledPairs(report);
  return html`<section id="studies">
<h2>Drafts and domains</h2>
${
  dialled.length === 0
    ? null
    : html`<p class="notice">Left out, their agreement set by construction: ${dialled.map(({ pair }) => pair.id).join("; ")}.</p>`
}
${parts}
</section>`;
}

function ranking(ranked: readonly Ranked[], figures: Figures): Markup | null {
  if (ranked.length < 2) return null;
  return html`<h3>Which draft</h3>
<p>Each pair in its fastest setting, the fastest first. A smaller draft costs less (c) and agrees less often; the agreement is that of
drafts of a fixed length, where there are any.</p>
${htmlTable({
  caption: "Pairs ranked by speedup",
  head: ["pair", "draft’s size", "c", "agreement", "speedup", "95% interval", "setting"],
  words: [6],
  rows: ranked.map(({ pair, at, best, agreement, agreementFrom, parameterRatio }, i) => [
    i === 0 ? html`${pair.id} <span class="best">best</span>` : pair.id,
    figures.derived(parameterRatio, percent, "ratio", [`${at}/draft/parameters`, `${at}/target/parameters`]),
    figures.at(`${at}/profile/costs/draftCost`, fixed(3)),
    figures.derived(agreement, percent, "mean", agreementFrom),
    figures.at(`${best.at}/summary/speedup`, times),
    figures.interval(`${best.at}/summary/interval`, fixed(2)),
    best.one.label,
  ]),
})}`;
}

function domains(ranked: readonly Ranked[], figures: Figures): Markup | null {
  const study = studyDomains(ranked);
  if (study === null) return null;
  return html`<h3>What kind of text</h3>
<p>Mean speedup of the prompts of a domain in each pair’s fastest setting, and the mean agreement of drafts of a fixed length, where there
are any; the deeper the colour, the higher the agreement.</p>
${htmlTable({
  caption: "Speedup (95% interval) and agreement by domain",
  head: ["domain", ...ranked.map(({ pair, best }) => html`${pair.id}<br><small>${best.one.label}</small>`)],
  rows: study.domains.map((domain, j) => [
    domain,
    ...study.cells.map((row) => {
      const cell = row[j];
      if (cell === null || cell === undefined) return "–";
      const { speedup, interval, agreement, agreementFrom, from } = cell;
      const ratios = from.map((at) => `${at}/ratios`);
      const [low, high] = interval.map((bound) => figures.derived(bound, fixed(2), "bootstrap", ratios));
      return html`<span class="heat" style="${heat(agreement)}">${figures.derived(speedup, times, "mean of medians", ratios)} <small>(${low}–${high})</small><br>${figures.derived(
        agreement,
        percent,
        "mean",
        agreementFrom,
      )} <small>of ${cell.prompts}</small></span>`;
    }),
  ]),
})}`;
}

/** Faint enough for text to be read on it. */
function heat(agreement: number | null): Markup {
  return new Markup(`--heat:${((agreement ?? 0) * 30).toFixed(1)}%`);
}
