import { createHash } from "node:crypto";
import { type Content, html, Markup } from "./html.js";
import { SCRIPT } from "./script.js";
import { STYLE } from "./style.js";

interface Page {
  title: string;
  subtitle: Content;
  /** Sections by id. */
  links: readonly (readonly [id: string, text: string])[];
  body: Content;
  /** Kept in the page as JSON. */
  data: unknown;
}

/** The document. Its policy lets it fetch nothing, and run the one script that it is made with. */
export function page({ title, subtitle, links, body, data }: Page): string {
  const hash = createHash("sha256").update(SCRIPT).digest("base64");
  const policy = `default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'`;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="generator" content="foretoken">
<title>${title}</title>
<style>${new Markup(STYLE)}</style>
</head>
<body>
<a class="skip" href="#main">To the results</a>
<header><h1>${title}</h1><p>${subtitle}</p>
<nav aria-label="Sections"><ul>${links.map(([id, text]) => html`<li><a href="#${id}">${text}</a></li>`)}</ul></nav></header>
<main id="main" tabindex="-1">${body}</main>
<script type="application/json" id="data">${new Markup(inScript(data))}</script>
<script>${new Markup(SCRIPT)}</script>
</body>
</html>
`.text;
}

/** JSON that neither ends the element it stands in nor begins a comment there. */
function inScript(data: unknown): string {
  return JSON.stringify(data).replaceAll("<", "\\u003c");
}
