import { html, type Markup } from "../html.js";

const WORDS: [term: string, meaning: string][] = [
  [
    "speedup",
    "tokens per second with a draft over those without. Runs alternate, each ratio is of two neighbouring runs, the median over the repetitions counts, and of several prompts the mean.",
  ],
  [
    "95% interval",
    "a bootstrap: repetitions resampled 2000 times. It holds what this machine did in this hour, not what another would.",
  ],
  ["best", "the largest speedup. No difference from it was seen where the intervals overlap."],
  [
    "agreement, α",
    "the chance that the draft’s next token is accepted after those before it: accepted / (accepted + corrections).",
  ],
  [
    "acceptance rate",
    "accepted of all drafted tokens. Falls as drafts grow longer, since all that follows a wrong token is dropped.",
  ],
  ["draft length, K", "tokens drafted per round before the target checks them."],
  ["c", "a draft pass relative to a target pass of one token."],
  ["v(n)", "a target pass of n tokens relative to one of a single token."],
  [
    "predicted",
    "(1 − α^(K+1)) / ((1 − α)(K·c + v(K+1))): what a round of K drafted tokens gains if nothing else took time. In tables of cases with the costs of those runs, in the curve with costs measured by themselves.",
  ],
  ["with prefill", "the ratio of whole generations, reading the prompt included."],
  ["outside models", "the share of time outside both models’ forward passes."],
  [
    "at once",
    "requests that run together, each slot followed by the next request. The first request of each slot is cut, each at another place, so that later ones arrive beside running streams; its rest is done last.",
  ],
  [
    "first token, gap, added",
    "milliseconds from asking to the first text; between two pieces of a text; and what such a gap has more than the usual one while another request arrives.",
  ],
  [
    "first token, prefill",
    "milliseconds from asking to the first text, and tokens of the prompt read per second: means over the prompts, without a draft (baseline) and with it (speculative).",
  ],
  [
    "peak memory",
    "the largest resident memory of a case’s processes, both models and both kinds of runs included.",
  ],
  [
    "identical",
    "whether every run gave the target’s own tokens. Where not: the first token that differs, and its margin, how much likelier the target’s best token was there than its second, in logits. Next to nothing is rounding.",
  ],
];

/** The words of a report. */
export function guide(): Markup {
  return html`<section id="guide">
<h2>How to read this</h2>
<p>Text comes from the target alone or with a draft that runs ahead; the text is the same, only sooner. Every number carries the place
in the JSON it is from (point at it), the JSON itself is in this file, and each chart’s numbers are below it.</p>
<dl class="guide">${WORDS.map(([term, meaning]) => html`<dt>${term}</dt><dd>${meaning}</dd>`)}</dl>
</section>`;
}
