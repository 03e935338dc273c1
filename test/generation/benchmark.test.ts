import t from "tap";
import { benchmark } from "../../lib/index.js";
import { fable } from "../helpers/fable.js";

const prompts = [
  { name: "a", text: "Once upon a time" },
  { name: "b", text: "The fox said" },
];

t.test("a report of every prompt at every draft length", async (t) => {
  const pair = await fable(t);
  const seen: unknown[] = [];
  const report = await benchmark(pair, {
    prompts,
    draftMaxTokens: [2, 5],
    maxTokens: 24,
    repeat: 3,
    seed: 9,
    onProgress: (progress) => seen.push(progress),
  });
  t.match(report, {
    repeat: 3,
    seed: 9,
    maxTokens: 24,
    identical: true,
    machine: { node: process.version, llamaCpp: /^v/ },
  });
  t.strictSame(
    report.rows.map((row) => [row.prompt, row.draftMaxTokens]),
    [
      ["a", 2],
      ["b", 2],
      ["a", 5],
      ["b", 5],
    ],
  );
  for (const row of report.rows) {
    t.match(row, { tokens: 24, identical: true, ratios: { length: 3 } });
    t.ok(row.interval[0] <= row.speedup && row.speedup <= row.interval[1]);
    t.ok(row.predictedSpeedup !== null && row.predictedSpeedup > 0);
    t.ok(row.draftCost > 0 && row.verifyCost > row.draftCost);
  }
  t.strictSame(
    report.summaries.map((summary) => summary.draftMaxTokens),
    [2, 5],
  );
  t.equal(report.costs.verifyCosts.length, 6);
  t.equal(seen.length, 4);
  t.match(seen[3], { done: 3, total: 4, prompt: "b", draftMaxTokens: 5 });
});

t.test("what it refuses", async (t) => {
  const pair = await fable(t);
  const refused = (options: object, code = "OPTION_INVALID") =>
    t.rejects(benchmark(pair, options as never), { code });
  await refused({});
  await refused({ prompts: [] });
  await refused({ prompts: [{ name: "x" }] });
  await refused({ prompts, draftMaxTokens: [0] });
  await refused({ prompts, repeat: Number.NaN });
  await refused({ prompts, repeats: 3 }, "OPTION_UNKNOWN");
  await t.rejects(benchmark(await fable(t, { draft: false }), { prompts }), { code: "OPTION_INVALID" });
  await t.rejects(benchmark(pair, { prompts, signal: AbortSignal.abort() }), { name: "AbortError" });
});
