/** How long the first token takes, how quickly prompts are read, and the memory of a case. */
import t from "tap";
import { renderCsv } from "../../lib/bench/render/csv.js";
import { renderMarkdown } from "../../lib/bench/render/markdown.js";
import { renderHtml } from "../../lib/bench/render/report-html.js";
import { describeReport } from "../../lib/cli/describe-report.js";
import { syntheticConcurrency, syntheticReport } from "../helpers/report.js";

const report = syntheticReport([{ cases: [{ length: 3 }] }], { concurrency: syntheticConcurrency([2]) });
for (const { rows, summary } of report.cases) {
  for (const { speculative } of rows)
    Object.assign(speculative, { firstTokenMs: 14, prefillTokensPerSecond: 2500 });
  // A prompt of one token has no prefill.
  Object.assign(rows[0]?.speculative ?? {}, { prefillTokensPerSecond: null });
  summary.firstTokenMs = 14;
}

t.test("Markdown has them for each case and each prompt", async (t) => {
  const markdown = renderMarkdown(report);
  t.match(markdown, /\| fixed 3 \|.*\| 11\.5 \/ 14\.0 \| 3000 \/ 2500 \| yes \| 115 MiB \|/);
  t.match(markdown, /\| birthday story \|.*\| 11\.5 \/ 14\.0 \| 3000 \/ – \| yes \|\n/);
  t.match(markdown, /\| 2 \| adaptive \|.*\| yes \| 115 MiB \|/);
});

t.test("HTML has them in its summary, from their places in the JSON", async (t) => {
  const page = await renderHtml(report);
  const [results = ""] = /<section id="results">.*?<\/section>/s.exec(page) ?? [];
  const places = (key: string) => [0, 1, 2].map((i) => `/cases/0/rows/${i}/${key}`);
  t.match(results, `data-from="${places("baseline/firstTokenMs").join(" ")}"`);
  t.match(results, `data-from="${places("speculative/prefillTokensPerSecond").slice(1).join(" ")}"`);
  t.match(results, 'title="/cases/0/peakMemoryBytes">115 MiB<');
  t.match(page, 'title="/concurrency/0/peakMemoryBytes">115 MiB<');
});

t.test("CSV has them for both kinds of runs; a case's memory is in each of its lines", async (t) => {
  const [head = "", ...lines] = renderCsv(report).trimEnd().split("\r\n");
  const names = head.split(",");
  const cells = lines.map((line) => Object.fromEntries(line.split(",").map((cell, i) => [names[i], cell])));
  t.match(cells[0], { baselinePrefillTokensPerSecond: "3000", prefillTokensPerSecond: "" });
  t.match(cells[1], { prefillTokensPerSecond: "2500", firstTokenMs: "14" });
  for (const { peakMemoryBytes } of cells) t.equal(peakMemoryBytes, "121000000");
});

t.test("the terminal has no room for them", async (t) => {
  t.notMatch(describeReport(report), /MiB|prefill|14\.0/);
});
