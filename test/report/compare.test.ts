import t from "tap";
import { renderComparison } from "../../lib/bench/render/render.js";
import type { Report } from "../../lib/bench/report-types.js";
import { compareReports } from "../../lib/bench/study/compare.js";
import { syntheticConcurrency, syntheticReport } from "../helpers/report.js";

const report = (factor: number, repeat = 5, id = "big + small") =>
  syntheticReport([{ id, cases: [{ length: 3, factor, repeat }] }]);

t.test("what is faster or slower is said where the intervals are apart", async (t) => {
  const [faster, same, slower] = compareReports([report(1), report(1.3), report(1.01), report(0.8)]);
  t.match(faster, { before: 0, after: 1, cases: [{ verdict: "faster", prompts: 3 }] });
  t.match(same, { after: 2, cases: [{ verdict: "no difference seen" }] });
  t.match(slower, { after: 3, cases: [{ verdict: "slower" }] });
  const [one] = faster?.cases ?? [];
  t.ok(one && Math.abs(one.rate - 1.3) < 1e-9, "tokens per second");
  t.ok(one && Math.abs(one.difference - 0.3 * one.speedups[0]) < 1e-9);
  t.ok(one && one.differenceInterval[0] <= one.difference && one.difference <= one.differenceInterval[1]);
});

t.test("one repetition knows no spread", async (t) => {
  t.match(compareReports([report(1, 1), report(2)]), [{ cases: [{ verdict: "too few repetitions" }] }]);
});

t.test("cases are matched by pair, draft and prompts; single pairs whatever they are called", async (t) => {
  t.match(compareReports([report(1), report(1, 5, "big + other")]), [
    { cases: [{ ids: ["big + small: fixed 3", "big + other: fixed 3"] }] },
  ]);
  const two = syntheticReport([{ id: "a + b" }, { id: "a + c" }]);
  const other = syntheticReport([
    {
      id: "a + b",
      cases: [
        {
          length: 3,
          prompts: [
            ["list", null],
            ["new", null],
          ],
        },
      ],
    },
    { id: "a + d" },
  ]);
  t.match(compareReports([two, other]), [
    {
      cases: [{ ids: ["a + b: fixed 3", "a + b: fixed 3"], prompts: 1 }],
      onlyBefore: ["a + b: adaptive", "a + c: adaptive", "a + c: fixed 3"],
      onlyAfter: ["a + d: adaptive", "a + d: fixed 3"],
    },
  ]);
});

t.test("in every form", async (t) => {
  const reports = [report(1), report(1.3)];
  t.match(JSON.parse(await renderComparison(reports, ".json")), [{ cases: [{ verdict: "faster" }] }]);
  t.match(await renderComparison(reports, ".md"), /\| big \+ small: fixed 3 \|.*\| faster \|/);
  t.match(
    await renderComparison(reports, ".csv"),
    /^after,.*verdict\r\n1,big \+ small: fixed 3,.*,faster\r\n$/,
  );
  t.match(await renderComparison(reports, ".html"), /<td class="word">faster<\/td>/);
});

t.test("cases with many requests at once are compared with as many", async (t) => {
  const [before, after] = [
    [1, 4],
    [4, 8],
  ].map((levels) => syntheticReport([{ cases: [] }], { concurrency: syntheticConcurrency(levels) }));
  const [comparison] = compareReports([before, after] as Report[]);
  t.match(comparison, {
    cases: [{ ids: ["big + small: adaptive, 4 at once"], difference: 0, verdict: "no difference seen" }],
    onlyBefore: ["big + small: adaptive, 1 at once"],
    onlyAfter: ["big + small: adaptive, 8 at once"],
  });
  const [low, high] = comparison?.cases[0]?.rateInterval ?? [];
  t.ok((low ?? 2) < 1 && (high ?? 0) > 1);
});

t.test("processes that differ as wholes are no difference between reports", async (t) => {
  const of = (ratios: number[]) => {
    const made = syntheticReport([{ cases: [{ length: 3, repeat: 2 }] }]);
    for (const one of made.cases) {
      one.processes = 3;
      for (const row of one.rows) row.ratios = ratios;
    }
    return made;
  };
  const [slow, fast] = [of([1, 1.01, 1.02, 1.01, 1.5, 1.51]), of([1.5, 1.51, 1.49, 1.5, 1.01, 1])];
  t.match(compareReports([slow, fast]), [{ cases: [{ verdict: "no difference seen" }] }]);
});
