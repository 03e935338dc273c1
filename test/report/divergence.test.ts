/** Texts that are not the target's own: every form of a report says from where on, and how near the choice was. */
import t from "tap";
import { renderCsv } from "../../lib/bench/render/csv.js";
import { renderMarkdown } from "../../lib/bench/render/markdown.js";
import { renderHtml } from "../../lib/bench/render/report-html.js";
import { describeReport } from "../../lib/cli/describe-report.js";
import { syntheticReport } from "../helpers/report.js";

const report = syntheticReport([{ cases: [{ length: 3 }] }]);
for (const one of report.cases) {
  one.summary.identical = false;
  const [, second, third] = one.rows;
  Object.assign(second ?? {}, { identical: false, divergence: { position: 36, margin: 0.003 } });
  Object.assign(third ?? {}, { identical: false, divergence: { position: 50, margin: null } });
}

t.test("the terminal and Markdown: for each prompt, and of all the one that differs soonest", async (t) => {
  for (const [text, margins] of [
    [describeReport(report), 2],
    [renderMarkdown(report), 2],
  ] as const) {
    t.match(text, /\b(dialogue) .* NO: token 37,/);
    t.match(text, /\b(list) .* NO: token 51,/);
    t.match(text, /fixed 3 .* NO: token 37,/);
    t.ok((text.match(/margin 0\.003/g)?.length ?? 0) >= margins);
    t.match(text, /margin unknown/);
  }
});

t.test("HTML: in the summary and among the numbers of each prompt", async (t) => {
  const page = await renderHtml(report);
  const [results = ""] = /<section id="results">.*?<\/section>/s.exec(page) ?? [];
  const from = "/cases/0/rows/1/divergence";
  t.match(results, `<strong>no</strong>: token <data value="36" data-from="${from}/position"`);
  t.match(results, `data-from="${from}/margin" title="${from}/margin">0.003<`);
  const [chart = ""] = /<figure id="pair-0-prompts".*?<\/figure>/s.exec(page) ?? [];
  t.match(
    chart,
    `; not identical: token <data value="36" data-from="${from}/position" title="${from}/position">37<`,
  );
  t.match(chart, `data-from="/cases/0/rows/2/divergence/position"`);
});

t.test("CSV: the place and the margin as in the JSON", async (t) => {
  const [head = "", ...lines] = renderCsv(report).trimEnd().split("\r\n");
  const names = head.split(",");
  const cells = lines.map((line) => Object.fromEntries(line.split(",").map((cell, i) => [names[i], cell])));
  t.match(cells, [
    { identical: "true", divergencePosition: "", divergenceMargin: "" },
    { identical: "false", divergencePosition: "36", divergenceMargin: "0.003" },
    { identical: "false", divergencePosition: "50", divergenceMargin: "" },
  ]);
});
