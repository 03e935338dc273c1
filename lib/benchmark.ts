import { basename } from "node:path";
import type {
  BenchmarkOptions,
  BenchmarkPrompt,
  BenchmarkReport,
  BenchmarkRow,
  BenchmarkSummary,
} from "./benchmark-types.js";
import { bootstrapInterval, meanOfMedians } from "./bootstrap.js";
import { CallSite } from "./call-site.js";
import { MAX_DRAFT_TOKENS } from "./draft-options.js";
import { createError } from "./errors.js";
import type { Completion } from "./generation.js";
import * as is from "./is.js";
import { describeMachine } from "./machine.js";
import { mean, median } from "./median.js";
import type { Pair } from "./pair.js";
import { expectedSpeedup } from "./prediction.js";

interface Plan {
  prompts: BenchmarkPrompt[];
  lengths: number[];
  maxTokens: number;
  repeat: number;
  seed: number;
  signal: AbortSignal | undefined;
  onProgress: BenchmarkOptions["onProgress"];
}

const KEYS = ["prompts", "draftMaxTokens", "maxTokens", "repeat", "seed", "signal", "onProgress"];

/**
 * Compares speculative decoding with the baseline on the same pair: runs alternate, each ratio is of two neighbours, and
 * whichever came first goes second the next time.
 */
export function benchmark(pair: Pair, options: BenchmarkOptions): Promise<BenchmarkReport> {
  return new CallSite(benchmark).wait(() => run(pair, resolve(options)));
}

async function run(pair: Pair, plan: Plan): Promise<BenchmarkReport> {
  const { draft } = pair;
  if (draft === null)
    throw createError("OPTION_INVALID", "Expected a pair with a draft but received one without");
  const { lengths, maxTokens, repeat, seed } = plan;
  const first = plan.prompts[0]?.text ?? "";
  for (const length of [0, ...lengths]) await once(pair, first, length, plan);

  const costs = await pair.measure({ draftMaxTokens: Math.max(...lengths) });
  const rows: BenchmarkRow[] = [];
  const total = lengths.length * plan.prompts.length;
  for (const length of lengths) {
    for (const prompt of plan.prompts) {
      plan.onProgress?.({ done: rows.length, total, prompt: prompt.name, draftMaxTokens: length });
      rows.push(await compare(pair, prompt, length, plan));
    }
  }
  return {
    target: basename(pair.target.path),
    draft: basename(draft.path),
    maxTokens,
    repeat,
    seed,
    costs,
    rows,
    summaries: lengths.map((length) =>
      summarise(
        rows.filter((row) => row.draftMaxTokens === length),
        length,
        seed,
      ),
    ),
    identical: rows.every((row) => row.identical),
    machine: describeMachine(),
  };
}

function once(pair: Pair, prompt: string, length: number, { maxTokens, signal }: Plan): Promise<Completion> {
  return pair.complete(prompt, {
    maxTokens,
    draft: length === 0 ? false : { policy: "fixed", maxTokens: length },
    ignoreEnd: true,
    ...(signal === undefined ? {} : { signal }),
  });
}

async function compare(
  pair: Pair,
  prompt: BenchmarkPrompt,
  length: number,
  plan: Plan,
): Promise<BenchmarkRow> {
  const runs: { baseline: Completion; speculative: Completion }[] = [];
  for (let i = 0; i < plan.repeat; i++) {
    const order = i % 2 === 0 ? [0, length] : [length, 0];
    const [a, b] = [
      await once(pair, prompt.text, order[0] ?? 0, plan),
      await once(pair, prompt.text, order[1] ?? 0, plan),
    ];
    runs.push(i % 2 === 0 ? { baseline: a, speculative: b } : { baseline: b, speculative: a });
  }
  const reference = runs[0]?.baseline.tokens.map((token) => token.id) ?? [];
  const same = ({ tokens }: Completion) =>
    tokens.length === reference.length && tokens.every((token, i) => token.id === reference[i]);
  const speed = ({ stats }: Completion) => stats.tokensPerSecond ?? Number.NaN;
  const ratios = runs.map(({ baseline, speculative }) => speed(speculative) / speed(baseline));
  const stats = runs[0]?.speculative.stats;
  const agreement = stats?.agreement ?? null;
  const costs = costsIn(runs);
  return {
    prompt: prompt.name,
    draftMaxTokens: length,
    tokens: reference.length,
    baselineTokensPerSecond: median(runs.map((run) => speed(run.baseline))),
    tokensPerSecond: median(runs.map((run) => speed(run.speculative))),
    speedup: median(ratios),
    interval: bootstrapInterval([ratios], plan.seed),
    ratios,
    ...costs,
    predictedSpeedup:
      agreement === null ? null : expectedSpeedup(agreement, length, costs.draftCost, costs.verifyCost),
    agreement,
    acceptanceRate: stats?.acceptanceRate ?? null,
    tokensPerRound: stats?.tokensPerRound ?? null,
    overhead: median(runs.map((run) => run.speculative.stats.overhead ?? Number.NaN)),
    identical: runs.every((run) => same(run.baseline) && same(run.speculative)),
  };
}

/** c and v(K + 1) from the pass times of the compared runs themselves. */
function costsIn(runs: readonly { baseline: Completion; speculative: Completion }[]) {
  const relative = (ms: (stats: Completion["stats"]) => number) =>
    median(
      runs.map(
        ({ baseline, speculative }) =>
          ms(speculative.stats) / (baseline.stats.verifyMs / baseline.stats.rounds),
      ),
    );
  return {
    draftCost: relative(({ draftMs, proposed }) => draftMs / proposed),
    verifyCost: relative(({ verifyMs, rounds }) => verifyMs / rounds),
  };
}

function summarise(rows: BenchmarkRow[], draftMaxTokens: number, seed: number): BenchmarkSummary {
  const ratios = rows.map((row) => row.ratios);
  const average = (pick: (row: BenchmarkRow) => number | null) =>
    mean(rows.map(pick).filter((value) => value !== null));
  return {
    draftMaxTokens,
    speedup: meanOfMedians(ratios),
    interval: bootstrapInterval(ratios, seed),
    predictedSpeedup: average((row) => row.predictedSpeedup),
    draftCost: average((row) => row.draftCost),
    verifyCost: average((row) => row.verifyCost),
    baselineTokensPerSecond: average((row) => row.baselineTokensPerSecond),
    tokensPerSecond: average((row) => row.tokensPerSecond),
    agreement: average((row) => row.agreement),
    acceptanceRate: average((row) => row.acceptanceRate),
    tokensPerRound: average((row) => row.tokensPerRound),
    overhead: average((row) => row.overhead),
    identical: rows.every((row) => row.identical),
  };
}

function resolve(input: BenchmarkOptions): Plan {
  const options = is.record("options", input);
  is.onlyKnownKeys("", options, KEYS);
  const { prompts, draftMaxTokens: lengths = [3], onProgress } = input;
  if (!Array.isArray(prompts) || prompts.length === 0)
    throw is.invalid("prompts", "non-empty array", prompts);
  if (!Array.isArray(lengths) || lengths.length === 0)
    throw is.invalid("draftMaxTokens", "non-empty array", lengths);
  if (onProgress !== undefined && typeof onProgress !== "function")
    throw is.invalid("onProgress", "function", onProgress);
  return {
    prompts: prompts.map((prompt: unknown, i) => {
      const { name, text } = is.record(`prompts[${i}]`, prompt);
      return {
        name: is.nonEmptyString(`prompts[${i}].name`, name),
        text: is.nonEmptyString(`prompts[${i}].text`, text),
      };
    }),
    lengths: lengths.map((length: unknown, i) =>
      is.integer(`draftMaxTokens[${i}]`, length, 1, MAX_DRAFT_TOKENS),
    ),
    maxTokens: is.integer("maxTokens", options.maxTokens ?? 128, 1, 1048576),
    repeat: is.integer("repeat", options.repeat ?? 5, 1, 1000),
    seed: is.integer("seed", options.seed ?? 1, 0, 4294967295),
    signal: options.signal === undefined ? undefined : is.abortSignal("signal", options.signal),
    onProgress,
  };
}
