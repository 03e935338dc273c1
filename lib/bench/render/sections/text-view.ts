import { percent } from "../../format.js";
import type { Report, ReportedCase } from "../../report-types.js";
import type { BenchmarkRow, TracedToken } from "../../types.js";
import { html, type Markup } from "../html.js";
import { htmlTable } from "../html-table.js";

/** Texts shown of one case: a page of hundreds would not open. */
const MOST_TEXTS = 12;
/** The least likely tokens listed beside a text. */
const LEAST_LIKELY = 8;

const ORIGINS = {
  draft: "proposed by the draft and accepted",
  correction: "the target’s, where the draft was wrong",
  bonus: "the target’s, after a draft accepted to its end",
  plain: "the target’s, without a draft",
} as const;

/** What was written, every token coloured by where it came from; null where no case has traces. */
export function textView({ cases }: Report): Markup | null {
  const traced = cases.filter(({ rows }) => rows.some(({ trace }) => trace !== null));
  if (traced.length === 0) return null;
  return html`<section id="texts">
<h2>What was written, and by whom</h2>
<p>Point at a token to see how likely the target finds it, or focus a text and use the arrow keys. Tokens between two target tokens
came in one round.</p>
<ul class="key">${Object.entries(ORIGINS).map(
    ([origin, what]) => html`<li><span class="t ${origin}">${origin}</span> ${what}</li>`,
  )}</ul>
${traced.map((one, i) => caseTexts(one, i === 0))}
</section>`;
}

function caseTexts({ id, rows }: ReportedCase, open: boolean): Markup {
  const texts = rows.filter(({ trace }) => trace !== null);
  const more = texts.length - MOST_TEXTS;
  return html`<details class="texts"${open ? html` open` : null}><summary>${id}</summary>
${texts.slice(0, MOST_TEXTS).map(text)}
${more > 0 ? html`<p>${more} more texts are in the JSON.</p>` : null}
</details>`;
}

function text({ prompt, trace }: BenchmarkRow): Markup {
  const tokens = trace ?? [];
  const parts = Object.keys(ORIGINS).flatMap((origin) => {
    const own = tokens.filter((token) => token.origin === origin).length;
    return own === 0 ? [] : `${origin} ${own}`;
  });
  return html`<article class="text">
<h4>${prompt} <small>${tokens.length} tokens: ${parts.join(", ")}</small></h4>
<p class="trace" tabindex="0" role="group" aria-label="Text of ${prompt}: the arrow keys go from token to token">${tokens.map(token)}</p>
<output></output>
<details><summary>The ${Math.min(LEAST_LIKELY, tokens.length)} least likely tokens</summary>${leastLikely(prompt, tokens)}</details>
</article>`;
}

function token({ text, origin, probability }: TracedToken): Markup {
  const title = `${origin}, ${percent(probability)}`;
  return /\n/.test(text)
    ? html`<span class="t ${origin} n" title="${title}">${text}</span>`
    : html`<span class="t ${origin}" title="${title}">${text}</span>`;
}

function leastLikely(prompt: string, tokens: readonly TracedToken[]): Markup {
  const rows = tokens
    .map((token, i) => ({ ...token, place: i + 1 }))
    .sort((a, b) => a.probability - b.probability)
    .slice(0, LEAST_LIKELY);
  return htmlTable({
    caption: `Least likely tokens of ${prompt}`,
    head: ["token", "place", "origin", "probability"],
    words: [2],
    rows: rows.map(({ text, place, origin, probability }) => [
      html`<code>${JSON.stringify(text)}</code>`,
      place,
      origin,
      percent(probability),
    ]),
  });
}
