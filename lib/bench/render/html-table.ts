import { type Content, html, type Markup } from "./html.js";

export interface HtmlTable {
  caption: Content;
  /** The first column is the rows' heading. */
  head: readonly Content[];
  rows: readonly (readonly Content[])[];
  /** Left-aligned columns besides the first, by index. */
  words?: readonly number[];
}

/** A table that scrolls by itself where the page is too narrow. */
export function htmlTable({ caption, head, rows, words = [] }: HtmlTable): Markup {
  const kind = (i: number) => (i === 0 || words.includes(i) ? "word" : "number");
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Table: ${caption}"><table>
<caption>${caption}</caption>
<thead><tr>${head.map((cell, i) => html`<th scope="col" class="${kind(i)}">${cell}</th>`)}</tr></thead>
<tbody>
${rows.map(
  (row) =>
    html`<tr>${row.map((cell, i) => (i === 0 ? html`<th scope="row">${cell}</th>` : html`<td class="${kind(i)}">${cell}</td>`))}</tr>
`,
)}</tbody>
</table></div>`;
}
