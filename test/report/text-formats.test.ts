import t from "tap";
import { renderCsv } from "../../lib/bench/render/csv.js";
import { renderMarkdown } from "../../lib/bench/render/markdown.js";
import { describeReport } from "../../lib/cli/describe-report.js";
import { syntheticReport } from "../helpers/report.js";

t.test("CSV: a line for each prompt of each case, whole numbers, quoted where needed", async (t) => {
  const report = syntheticReport([
    { cases: [{ length: 3, prompts: [[`a "b", c\nd`, null]] }, { length: null }] },
  ]);
  const csv = renderCsv(report);
  t.match(csv, `stories,"a ""b"", c\nd",,18,64,650,`);
  const [head = "", ...lines] = csv.replace(/"a.*?d"/s, "x").split("\r\n");
  t.equal(lines.length, 1 + 3 + 1);
  t.equal(lines.at(-1), "");
  const column = head.split(",").indexOf("speedup");
  t.strictSame(
    lines.slice(0, -1).map((line) => Number(line.split(",")[column])),
    report.cases.flatMap(({ rows }) => rows.map(({ speedup }) => speedup)),
  );
});

t.test("Markdown: tables whose rows all have the head's cells, whatever the names are", async (t) => {
  const markdown = renderMarkdown(
    syntheticReport(
      [
        {
          cases: [
            {
              length: 3,
              prompts: [
                ["a|b\n`c` <i>", "x"],
                ["d", "y"],
              ],
            },
            { length: null },
          ],
        },
      ],
      {
        command: "foretoken bench --prompts a```b",
        missing: [{ id: "e", reason: "interrupted" }],
      },
    ),
  );
  t.match(markdown, "| a\\|b \\`c\\` &lt;i> |");
  t.match(markdown, "- e: interrupted");
  t.match(markdown, "````sh\nforetoken bench --prompts a```b\n````");
  t.match(markdown, "| fixed 3 (best) |");
  for (const table of markdown.split("\n\n").filter((part) => part.startsWith("|"))) {
    const widths = table
      .trimEnd()
      .split("\n")
      .map((line) => line.split(/(?<!\\)\|/).length);
    t.equal(new Set(widths).size, 1, table);
  }
});

t.test(
  "the terminal and Markdown mark the best setting, and those that were not told apart from it",
  async (t) => {
    const report = syntheticReport([{ cases: [{ length: 1 }, { length: 3 }, { length: 4 }] }]);
    const [one, three, four] = report.cases.map(({ summary }) => summary);
    Object.assign(one ?? {}, { speedup: 1, interval: [0.9, 1.1] });
    Object.assign(three ?? {}, { speedup: 1.5, interval: [1.4, 1.6] });
    Object.assign(four ?? {}, { speedup: 1.4, interval: [1.3, 1.5] });
    for (const text of [describeReport(report), renderMarkdown(report)]) {
      t.match(text, /[│|] fixed 1 +[│|]/);
      t.match(text, /[│|] fixed 3 \(best\) +[│|]/);
      t.match(text, /[│|] fixed 4 \(no difference seen\) +[│|]/);
    }
  },
);

t.test("the terminal ranks several drafts, the fastest first", async (t) => {
  const pairs = [
    { id: "big + slow", cost: 0.4 },
    { id: "big + quick", cost: 0.1 },
  ];
  t.match(describeReport(syntheticReport(pairs)), /each at its fastest setting:.*big \+ quick.*big \+ slow/s);
  t.notMatch(describeReport(syntheticReport()), /fastest setting/);
});
