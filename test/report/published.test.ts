/** Figures that others have published, beside those measured here. */
import t from "tap";
import { renderMarkdown } from "../../lib/bench/render/markdown.js";
import { renderHtml } from "../../lib/bench/render/report-html.js";
import { besidePublished } from "../../lib/bench/study/published.js";
import { describeReport } from "../../lib/cli/describe-report.js";
import { syntheticReport } from "../helpers/report.js";

function reportWith(published: { speedup: [number, number] | null; remark?: string }) {
  const report = syntheticReport([
    { id: "big + small", dialled: true, cases: [{ length: 15 }, { length: null }] },
    { id: "big + unknown" },
  ]);
  const [pair] = report.pairs;
  if (pair) pair.published = { draftMaxTokens: 15, acceptanceRate: [0.875, 0.942], ...published };
  return report;
}

t.test("least and most of the prompts of each case stand below what is published", async (t) => {
  const report = reportWith({ speedup: [1.22, 1.38] });
  const [study, ...more] = besidePublished(report);
  t.strictSame(more, []);
  const rows = report.cases[0]?.rows.map(({ speedup }) => speedup) ?? [];
  t.strictSame(study?.cases[0]?.speedup, [Math.min(...rows), Math.max(...rows)]);
  t.strictSame(
    study?.cases.map(({ one }) => one.label),
    ["fixed 15", "adaptive"],
  );
});

t.test("every form of a report says it, and that a dialled pair only stands in", async (t) => {
  const report = reportWith({ speedup: [1.22, 1.38] });
  t.match(renderMarkdown(report), "| big + small | published, 15 tokens | 1.22×–1.38× | 87.5%–94.2% |");
  t.match(renderMarkdown(report), /\| its stand-in \| adaptive \| [\d.]+×–[\d.]+× \|/);
  t.match(describeReport(report), /Beside the published figures.*published, 15 tokens.*its stand-in/s);
  const page = await renderHtml(report);
  t.match(page, 'data-from="/pairs/0/published/speedup/1"');
  t.match(page, 'data-derived="most"');
});

t.test("what is published in words stays in words; nothing published, no table", async (t) => {
  t.match(
    renderMarkdown(reportWith({ speedup: null, remark: "slower than without a draft" })),
    "| published, 15 tokens | slower than without a draft |",
  );
  const report = syntheticReport();
  t.notMatch(renderMarkdown(report), "published");
  t.notMatch(await renderHtml(report), 'id="published"');
});
