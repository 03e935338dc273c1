import t from "tap";
import { renderMarkdown } from "../../lib/bench/render/markdown.js";
import { renderHtml } from "../../lib/bench/render/report-html.js";
import { DISTURBED, wasDisturbed } from "../../lib/bench/study/disturbed.js";
import { describeReport } from "../../lib/cli/describe-report.js";
import { syntheticReport } from "../helpers/report.js";

t.test("a pass that took longer than a larger one was disturbed; rounding is not that", async (t) => {
  t.equal(wasDisturbed({ verifyCosts: [1, 1.1, 1.05, 1.6, 1.5] }), false);
  t.equal(wasDisturbed({ verifyCosts: [1, 3, 1.2] }), true);
  t.equal(wasDisturbed({ verifyCosts: [1, 0.7] }), true, "the first, too");
  t.equal(wasDisturbed({ verifyCosts: [1] }), false);
});

t.test("a report says so in every form that is read", async (t) => {
  const report = syntheticReport();
  const forms = async () => [describeReport(report), renderMarkdown(report), await renderHtml(report)];
  for (const form of await forms()) t.notOk(form.includes(DISTURBED));
  report.pairs[0]?.profile.costs.verifyCosts.splice(1, 1, 9);
  for (const form of await forms()) t.ok(form.includes(DISTURBED));
});
