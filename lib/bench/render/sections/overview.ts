import { firstToDiffer } from "../../divergence.js";
import { fixed, mib, percent, rate, times } from "../../format.js";
import type { Report } from "../../report-types.js";
import { meanSpeed } from "../../study/averages.js";
import { best, byPair, isTrained, type PairGroup, type Placed, standing } from "../../study/groups.js";
import type { Speed } from "../../types.js";
import { differingToken } from "../differing-token.js";
import type { Figures } from "../figures.js";
import { type Content, html, type Markup } from "../html.js";
import { htmlTable } from "../html-table.js";

/** What came out, and what is missing; null where there is neither. */
export function overview(report: Report, figures: Figures): Markup | null {
  const groups = byPair(report).filter(({ cases }) => cases.length > 0);
  if (groups.length === 0 && report.missing.length === 0) return null;
  return html`<section id="results">
<h2>Results</h2>
${missing(report)}
<div class="headlines">${groups.map((group) => headline(group, figures))}</div>
${groups.map((group) => [summaryTable(group, figures), promptTable(group, figures)])}
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
      const { at } = placed;
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
        identity(placed, figures),
      ];
    }),
  });
}

/** What a case costs before its first token, and in memory. */
function promptTable({ pair, cases }: PairGroup, figures: Figures): Markup {
  return htmlTable({
    caption: `${pair.id}: reading prompts, and memory`,
    head: [
      "draft",
      ...["baseline first token ms", "speculative first token ms"],
      ...["baseline prefill tok/s", "speculative prefill tok/s", "peak memory"],
    ],
    rows: cases.map((placed) => [
      label(placed, cases),
      ...bothSides(placed, "firstTokenMs", fixed(1), figures),
      ...bothSides(placed, "prefillTokensPerSecond", rate, figures),
      figures.at(`${placed.at}/peakMemoryBytes`, mib),
    ]),
  });
}

/** The mean over the prompts, without a draft and with it. */
function bothSides(
  { one, at }: Placed,
  key: keyof Speed,
  format: (value: number) => string,
  figures: Figures,
): Markup[] {
  return (["baseline", "speculative"] as const).map((side) =>
    figures.derived(
      meanSpeed(one.rows, side, key),
      format,
      "mean",
      one.rows.flatMap((row, i) => (row[side][key] === null ? [] : `${at}/rows/${i}/${side}/${key}`)),
    ),
  );
}

/** Whether the texts are the target's own; where not, where the first of them parts from it. */
function identity({ one: { summary, rows }, at }: Placed, figures: Figures): Content {
  if (summary.identical === null) return "–";
  if (summary.identical) return "yes";
  const first = firstToDiffer(rows);
  const where = first && differingToken(first, `${at}/rows/${rows.indexOf(first)}`, figures);
  return [html`<strong>no</strong>`, where];
}

function label(placed: Placed, cases: readonly Placed[]): Markup | string {
  const place = standing(placed, cases);
  const text = placed.one.label;
  return place === null
    ? text
    : html`${text} <span class="${place === "best" ? "best" : "tied"}">${place}</span>`;
}
