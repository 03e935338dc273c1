import { mib } from "../../format.js";
import type { Report } from "../../report-types.js";
import type { Settings } from "../../settings.js";
import type { Figures } from "../figures.js";
import { type Content, html, type Markup } from "../html.js";
import { card, type Entry } from "./card.js";

/** Where, when and with what it was measured, and how to do it again. */
export function origin(report: Report, figures: Figures): Markup {
  const { command, date, machine, cases, concurrency = [] } = report;
  const at = cases.length > 0 ? "/cases/0" : "/concurrency/0";
  const all = [...cases, ...concurrency];
  return html`<section id="origin">
<h2>How it was made</h2>
<pre class="command" tabindex="0"><code>${command}</code></pre>
<div class="cards">
${card("Machine", [
  ["processor", machine.cpu],
  ["threads", [figures.at("/threads", String), " of ", figures.at("/machine/cores", String), " cores"]],
  ["memory", figures.at("/machine/memoryBytes", mib)],
  ["platform", machine.platform],
  ["Node", machine.node],
  ["llama.cpp", machine.llamaCpp],
  ["features", machine.features.replace(/ = 1/g, "").replace(/[ |]+/g, " ").trim()],
])}
${card("Run", [
  ["date", html`<time datetime="${date}">${date.slice(0, 16).replace("T", " ")} UTC</time>`],
  ["commit", machine.commit ?? "unknown"],
  ...(all.length === 0
    ? []
    : ([
        ["prompts", [...new Set(all.map(({ promptSet }) => promptSet))].join(", ")],
        ["tokens of each text", figures.at(`${at}/maxTokens`, String)],
        ["repetitions", repetitions(all[0], figures, at)],
        ["seed", figures.at(`${at}/seed`, String)],
      ] satisfies Entry[])),
])}
</div>
</section>`;
}

function repetitions(first: Settings | undefined, figures: Figures, at: string): Content {
  const repeat = figures.at(`${at}/repeat`, String);
  return first?.processes === undefined
    ? repeat
    : [repeat, " in each of ", figures.at(`${at}/processes`, String), " processes"];
}
