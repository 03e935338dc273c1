/** Where a speculative text parts from the target's own, and what is said of it. */
import t from "tap";
import type { BenchmarkPlan } from "../../lib/bench/benchmark.js";
import { findDivergence, firstToDiffer } from "../../lib/bench/divergence.js";
import { describeIdentity } from "../../lib/bench/identity.js";
import type { PairedRun, Run } from "../../lib/bench/run.js";
import type { GenerateOptions } from "../../lib/options.js";
import type { Pair } from "../../lib/pair.js";

const draft = { policy: "fixed", maxTokens: 3, minConfidence: 0.6, choice: null, type: "model" };
const plan = {
  ...{ temperature: 0.8, verification: "sample-match", maxTokens: 8, seed: 40, draft, signal: null },
} as unknown as BenchmarkPlan;
const prompt = { name: "a", text: "Once" };

function runs(...texts: [baseline: number[], speculative: number[]][]): PairedRun<Run>[] {
  const run = (ids: number[]) => ({ ids }) as Run;
  return texts.map(([baseline, speculative]) => ({ baseline: run(baseline), speculative: run(speculative) }));
}

/** A pair whose target finds these tokens likeliest wherever it is asked. */
function asking(topLogprobs: { logprob: number }[]) {
  const asked: GenerateOptions[] = [];
  const pair = {
    complete: async (_: unknown, options: GenerateOptions) => {
      asked.push(options);
      return { tokens: Array.from({ length: options.maxTokens ?? 0 }, () => ({ topLogprobs })) };
    },
  } as unknown as Pair;
  return { pair, asked };
}

t.test("the target is asked with the seed and the temperature of the run that differs soonest", async (t) => {
  const { pair, asked } = asking([{ logprob: -0.5 }, { logprob: -0.75 }]);
  const measured = runs(
    [
      [1, 2, 3],
      [1, 2, 3],
    ],
    [
      [4, 5, 6],
      [4, 5, 7],
    ],
    [
      [8, 9, 1],
      [8, 2, 1],
    ],
  );
  t.strictSame(await findDivergence(pair, prompt, measured, plan), { position: 1, margin: 0.25 });
  t.match(asked, [{ seed: 42, temperature: 0.8, draft: false, maxTokens: 2, logprobs: 2 }]);
});

t.test("where the target had no second choice, the margin is null, not NaN", async (t) => {
  for (const likeliest of [[], [{ logprob: 0 }], [{ logprob: 0 }, { logprob: Number.NEGATIVE_INFINITY }]]) {
    const { pair } = asking(likeliest);
    t.strictSame(await findDivergence(pair, prompt, runs([[1], [2]]), plan), { position: 0, margin: null });
  }
});

t.test("texts that are the same, or need not be, ask nothing", async (t) => {
  const { pair, asked } = asking([]);
  t.equal(await findDivergence(pair, prompt, runs([[1], [1]]), plan), null);
  t.equal(await findDivergence(pair, prompt, runs([[1], [2]]), { ...plan, verification: "block" }), null);
  t.strictSame(asked, []);
});

t.test("of several prompts the one that differs soonest is named, as people count tokens", async (t) => {
  const rows = [null, { position: 36, margin: 0.00312 }, { position: 40, margin: 1 }].map((divergence) => ({
    identical: divergence === null,
    divergence,
  }));
  t.equal(firstToDiffer(rows), rows[1]);
  t.equal(firstToDiffer(rows.slice(0, 1)), undefined);
  t.strictSame(rows.slice(0, 2).map(describeIdentity), ["yes", "NO: token 37, margin 0.0031"]);
  t.equal(
    describeIdentity({ identical: false, divergence: { position: 0, margin: null } }),
    "NO: token 1, margin unknown",
  );
  t.equal(describeIdentity({ identical: false, divergence: null }), "NO");
  t.equal(describeIdentity({ identical: null, divergence: null }), "–");
});
