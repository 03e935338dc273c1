import t from "tap";
import { benchmark } from "../../lib/index.js";
import { fable } from "../helpers/fable.js";

const prompts = [
  { name: "a", domain: "narrative", text: "Once upon a time" },
  { name: "b", text: "The fox said" },
];

t.test("a report of every prompt, and their means", async (t) => {
  const pair = await fable(t);
  const seen: unknown[] = [];
  const report = await benchmark(pair, {
    prompts,
    draft: { policy: "fixed", maxTokens: 5 },
    maxTokens: 24,
    repeat: 3,
    seed: 9,
    onProgress: (progress) => seen.push(progress),
  });
  t.match(report, {
    draft: { policy: "fixed", maxTokens: 5, type: "model" },
    temperature: 0,
    verification: null,
    repeat: 3,
    seed: 9,
    maxTokens: 24,
    summary: { identical: true },
  });
  t.match(report.rows, [
    { prompt: "a", domain: "narrative" },
    { prompt: "b", domain: null },
  ]);
  for (const row of report.rows) {
    t.match(row, { tokens: 24, identical: true, ratios: { length: 3 }, divergence: null, trace: null });
    t.ok(row.interval[0] <= row.speedup && row.speedup <= row.interval[1]);
    t.ok((row.predictedSpeedup ?? 0) > 0);
    t.ok((row.draftCost ?? 0) > 0 && row.verifyCost > (row.draftCost ?? 0));
    t.ok(Math.abs(Object.values(row.shares).reduce((sum, share) => sum + share, 0) - 1) < 1e-6);
    t.ok(row.acceptedPerPosition.every((share, i) => share <= (row.acceptedPerPosition[i - 1] ?? 1)));
    t.ok(row.baseline.firstTokenMs > 0 && row.baseline.firstTokenMs <= row.baseline.totalMs);
  }
  t.match(seen, [
    { done: 0, total: 2, prompt: "a" },
    { done: 1, total: 2, prompt: "b" },
  ]);
});

t.test("the pair's own draft, whose length nothing predicts", async (t) => {
  const report = await benchmark(await fable(t), { prompts, maxTokens: 16, repeat: 1 });
  t.match(report.draft, { policy: "adaptive", maxTokens: 16 });
  t.equal(report.summary.predictedSpeedup, null);
});

t.test("a trace says where each token came from and what the target gives it", async (t) => {
  const pair = await fable(t, { draft: { model: "fable-1m", policy: "fixed", maxTokens: 3 } });
  const { rows } = await benchmark(pair, { prompts, maxTokens: 32, repeat: 1, trace: true });
  for (const { trace } of rows) {
    t.equal(trace?.length, 32);
    t.ok(trace?.every(({ probability }) => probability > 0 && probability <= 1));
    t.ok(trace?.some(({ origin }) => origin === "draft"));
  }
  const { text } = await pair.complete("Once upon a time", { maxTokens: 32, ignoreEnd: true });
  t.equal(rows[0]?.trace?.map((token) => token.text).join(""), text);
});

t.test("sampled texts are compared where one seed gives one text", async (t) => {
  const pair = await fable(t);
  const options = { prompts, maxTokens: 16, repeat: 2, temperature: 1 };
  t.equal((await benchmark(pair, { ...options, verification: "sample-match" })).summary.identical, true);
  t.equal((await benchmark(pair, { ...options, verification: "block" })).summary.identical, null);
});

t.test("prompts of token ids", async (t) => {
  const report = await benchmark(await fable(t), {
    prompts: [{ name: "ids", text: [612, 548, 260] }],
    maxTokens: 8,
    repeat: 1,
  });
  t.equal(report.rows[0]?.promptTokens, 3);
});

t.test("what it refuses", async (t) => {
  const pair = await fable(t);
  const refused = (options: object, code = "OPTION_INVALID") =>
    t.rejects(benchmark(pair, options as never), { code });
  await refused({});
  await refused({ prompts: [] });
  await refused({ prompts: [{ name: "x" }] });
  await refused({ prompts: [{ name: "x", text: [1.5] }] });
  await refused({ prompts, draft: { maxTokens: 65 } });
  await refused({ prompts, draft: false });
  await refused({ prompts, repeat: Number.NaN });
  await refused({ prompts, temperature: -1 });
  await refused({ prompts, verification: "guess" });
  await refused({ prompts, repeats: 3 }, "OPTION_UNKNOWN");
  await t.rejects(benchmark(await fable(t, { draft: false }), { prompts }), { code: "OPTION_INVALID" });
  await t.rejects(benchmark(pair, { prompts, signal: AbortSignal.abort() }), { name: "AbortError" });
});
