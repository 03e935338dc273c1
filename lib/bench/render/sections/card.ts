import { type Content, html, type Markup } from "../html.js";

export type Entry = readonly [term: string, what: Content];

/** A list of facts under a heading. */
export function card(title: string, entries: readonly Entry[]): Markup {
  return html`<div class="card"><h3>${title}</h3><dl>${entries.map(([term, what]) => html`<dt>${term}</dt><dd>${what}</dd>`)}</dl></div>`;
}
