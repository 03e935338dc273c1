import t from "tap";
import { renderHtml } from "../../lib/bench/render/report-html.js";
import { syntheticReport } from "../helpers/report.js";

const lengths = [1, 2, 4].map((length) => ({ length, sweep: true }));

t.test("every figure is the JSON's number at its pointer, or is made of numbers there", async (t) => {
  const report = syntheticReport([
    { id: "big + small", cases: [...lengths, { length: null }, { length: null, temperature: 1 }] },
    { id: "big + middle", alpha: 0.9, cost: 0.3 },
  ]);
  const page = await renderHtml(report);
  const figures = [...page.matchAll(/<data value="([^"]+)" data-from="([^"]+)"( data-derived)?/g)];
  t.ok(figures.length > 300);
  const resolve = (pointer: string) =>
    pointer
      .split("/")
      .slice(1)
      .reduce((value: any, key) => value?.[key], report); // biome-ignore lint/suspicious/noExplicitAny: any place of the report
  const wrong = figures.filter(([, value, from = "", derived]) =>
    derived ? from.split(" ").some((at) => resolve(at) === undefined) : resolve(from) !== Number(value),
  );
  t.strictSame(wrong, []);
});

t.test("the JSON is in the page", async (t) => {
  const report = syntheticReport([{}], { title: "</script><!--" });
  const [, json = ""] = /id="data">(.*)<\/script>/.exec(await renderHtml(report)) ?? [];
  t.strictSame(JSON.parse(json), report);
});

t.test("names, texts and reasons are text, whatever they contain", async (t) => {
  const evil = `<img src=x onerror=alert(1)>"'&`;
  const page = await renderHtml(
    syntheticReport(
      [
        {
          id: `${evil} + ${evil}`,
          cases: [
            {
              length: 2,
              prompts: [
                [evil, evil],
                ["b", "c"],
              ],
            },
          ],
        },
      ],
      {
        title: evil,
        command: evil,
        missing: [{ id: evil, reason: evil }],
      },
    ),
  );
  t.notMatch(page, /<img/);
  t.match(page, "&lt;img src=x onerror=alert(1)&gt;&quot;&#39;&amp;");
});

t.test("missing cases are said, with their reasons; a report without cases has a page", async (t) => {
  const missing = [{ id: "big + small: fixed 15", reason: "interrupted" }];
  for (const pairs of [[{}], [{ cases: [] }], []]) {
    const page = await renderHtml(syntheticReport(pairs, { missing }));
    t.match(page, "<li>big + small: fixed 15: interrupted</li>");
  }
});

t.test("a sweep marks the best point and the policy's own choice beside the prediction", async (t) => {
  const page = await renderHtml(syntheticReport([{ cases: [...lengths, { length: null }] }]));
  const [chart = ""] = /<figure id="pair-0-length-0-speedup".*?<\/figure>/s.exec(page) ?? [];
  t.match(chart, />best<\/text>/);
  t.match(chart, />policy’s own choice<\/text>/);
  t.match(chart, />predicted<\/text>/);
  t.match(chart, />2 \(best\)<\/th>/);
  t.equal(chart.match(/data-derived="formula"/g)?.length, 32, "lengths 1 to 16, speedup and acceptance");
});

t.test("dialled pairs say so and stay out of the ranking and the domains", async (t) => {
  const page = await renderHtml(
    syntheticReport([{ id: "a + b" }, { id: "a + c" }, { id: "d + e", dialled: true, alpha: 0.95 }]),
  );
  t.match(page, "Agreement set by construction: 0.95");
  const [studies = ""] = /<section id="studies">.*?<\/section>/s.exec(page) ?? [];
  t.match(studies, "Left out, their agreement set by construction: d + e.");
  const [, tables = ""] = studies.split("Which draft");
  t.match(tables, /a \+ b.*a \+ c/s);
  t.notMatch(tables, "d + e");
});

t.test("nothing is fetched and every chart has a name", async (t) => {
  const page = await renderHtml(syntheticReport());
  t.notMatch(page, /(?:src|href)="(?!#)/);
  t.notMatch(page, /url\(|@import/);
  t.equal(
    page.match(/<svg /g)?.length,
    page.match(/<svg [^>]*role="img"[^>]*><title [^>]*>[^<]+<\/title><desc /g)?.length,
  );
});
