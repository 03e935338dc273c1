/** The agreement that stands beside a draft: that of drafts of a fixed length, not of what a policy picked. */
import t from "tap";
import { renderMarkdown } from "../../lib/bench/render/markdown.js";
import { renderHtml } from "../../lib/bench/render/report-html.js";
import type { Report } from "../../lib/bench/report-types.js";
import { studyDomains } from "../../lib/bench/study/domains.js";
import { rankPairs } from "../../lib/bench/study/ranking.js";
import { describeReport } from "../../lib/cli/describe-report.js";
import { syntheticReport } from "../helpers/report.js";

/** Adaptive cases are the fastest here: they draft next to nothing, and what little they do is seldom right. */
function withPickedAgreement(report: Report): Report {
  for (const { draft, rows, summary } of report.cases) {
    if (draft.policy !== "adaptive") continue;
    summary.speedup = 9;
    summary.agreement = 0.0123;
    for (const row of rows) row.agreement = 0.0123;
  }
  return report;
}

const cases = [{ length: null }, { length: 2 }, { length: 4 }, { length: 2, temperature: 1 }];
const report = withPickedAgreement(syntheticReport([{ id: "a + b", cases }, { id: "a + c" }]));

t.test(
  "drafts are ranked with the mean agreement of the fixed lengths, at the same temperature",
  async (t) => {
    const [ranked] = rankPairs(report);
    t.match(ranked, {
      best: { one: { label: "adaptive" } },
      agreementFrom: ["/cases/1/summary/agreement", "/cases/2/summary/agreement"],
    });
    t.ok(Math.abs((ranked?.agreement ?? 0) - 0.76) < 1e-9, `${ranked?.agreement}`);
    t.match(describeReport(report), /│ a \+ b +│.*│ 76\.0% +│ 9\.00×/);
    t.match(renderMarkdown(report), /\| a \+ b \|.*\| 76\.0% \| 9\.00× \|/);
    const [studies = ""] = /<section id="studies">.*?<\/section>/s.exec(await renderHtml(report)) ?? [];
    t.match(
      studies,
      /data-from="\/cases\/1\/summary\/agreement \/cases\/2\/summary\/agreement"[^>]*>76\.0%</,
    );
    t.notMatch(studies, "1.2%");
  },
);

t.test("so are domains, whose speedup stays that of the fastest setting", async (t) => {
  const study = studyDomains(rankPairs(report));
  const cell = study?.cells[0]?.[study.domains.indexOf("dialogue")];
  t.match(cell, {
    prompts: 1,
    from: ["/cases/0/rows/1"],
    agreementFrom: ["/cases/1/rows/1/agreement", "/cases/2/rows/1/agreement"],
  });
  t.ok(Math.abs((cell?.agreement ?? 0) - 0.76) < 1e-9, `${cell?.agreement}`);
});

t.test("where no length was fixed it is that of the fastest setting", async (t) => {
  const only = withPickedAgreement(
    syntheticReport([{ id: "a + b", cases: [{ length: null }] }, { id: "a + c" }]),
  );
  t.match(rankPairs(only)[0], { agreement: 0.0123, agreementFrom: ["/cases/0/summary/agreement"] });
});
