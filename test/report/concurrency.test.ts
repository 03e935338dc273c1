/** Many requests at once, in every form of a report. */
import t from "tap";
import { renderCsv } from "../../lib/bench/render/csv.js";
import { renderMarkdown } from "../../lib/bench/render/markdown.js";
import { renderHtml } from "../../lib/bench/render/report-html.js";
import { describeReport } from "../../lib/cli/describe-report.js";
import { syntheticConcurrency, syntheticReport } from "../helpers/report.js";

const concurrency = syntheticConcurrency([1, 8]);
const only = syntheticReport([{ cases: [] }], { concurrency });
const both = syntheticReport([{}], { concurrency });

t.test("terminal and Markdown: a line without a draft and one with it for each number", async (t) => {
  for (const text of [describeReport(only), renderMarkdown(only)]) {
    t.match(text, /Many requests at once/);
    t.match(
      text,
      /1 [|│] none +[|│] +600 [|│] +588–612 [|│] +– [|│] +– [|│] +11\.3 \/ 21\.5 [|│] +2\.1 \/ 3\.5 [|│] +– [|│]/,
    );
    t.match(
      text,
      /8 [|│] adaptive [|│].* [|│] +1\.17× [|│] +1\.12–1\.22 [|│].*0\.8 \/ 4\.3 [|│] +2\.50 [|│] +yes/,
    );
  }
  t.match(describeReport(both), /fixed 3, by prompt:/, "beside one prompt after another");
  t.notMatch(renderMarkdown(syntheticReport()), /at once/);
});

t.test("texts that differ are said", async (t) => {
  const differing = syntheticConcurrency([2], { identical: false });
  t.match(renderMarkdown({ ...only, concurrency: differing }), /\| NO \|/);
  const sampled = syntheticConcurrency([2], { identical: null });
  t.match(renderMarkdown({ ...only, concurrency: sampled }), /\| 2\.50 \| – \|/);
});

t.test("CSV: a line for each number, after those of the prompts, under the same names", async (t) => {
  const [head = "", ...lines] = renderCsv(both).trimEnd().split("\r\n");
  const names = head.split(",");
  t.equal(new Set(names).size, names.length);
  const cells = lines.map((line) => Object.fromEntries(line.split(",").map((cell, i) => [names[i], cell])));
  t.equal(cells.length, 2 * 3 + 2);
  t.match(cells[0], { prompt: "birthday story", concurrency: "" });
  t.match(cells.at(-1), {
    ...{ case: "adaptive", prompt: "", concurrency: "8", requests: "23", firstTokenMs: "11.25" },
    ...{ baselineFirstTokenMsP95: "28.5", addedMs: "0.75", addedMsP95: "4.25", identical: "true" },
  });
  t.match(cells.at(-2), { concurrency: "1", addedMs: "" });
});

t.test("HTML: a chart with its numbers, every figure from its place in the JSON", async (t) => {
  const page = await renderHtml(only);
  t.notMatch(page, /id="results"/, "nothing else was measured");
  const [section = ""] = /<section id="concurrency">.*?<\/section>/s.exec(page) ?? [];
  t.equal(section.match(/<svg /g)?.length, 2, "for wide and for narrow pages");
  t.match(section, />without a draft<\/text>.*>adaptive<\/text>/s);
  t.match(
    section,
    'data-from="/concurrency/1/speculative/addedMs/p95" title="/concurrency/1/speculative/addedMs/p95">4.3<',
  );
  t.match(page, 'data-from="/concurrency/0/repeat"');
  t.match(await renderHtml(both), /href="#results".*href="#concurrency"/s);
  t.notMatch(await renderHtml(syntheticReport()), 'id="concurrency"');
});
