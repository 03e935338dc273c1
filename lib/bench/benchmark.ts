import { CallSite } from "../call-site.js";
import { createError } from "../errors.js";
import * as is from "../is.js";
import type { Pair } from "../pair.js";
import { resolveGenerationDraft } from "../resolve-draft.js";
import { VERIFICATIONS } from "../sampling-options.js";
import { describeRow } from "./row.js";
import { type Run, runOnce } from "./run.js";
import { summarise } from "./summary.js";
import { traceOf } from "./trace.js";
import type { BenchmarkOptions, BenchmarkPrompt, BenchmarkReport, BenchmarkRow } from "./types.js";

const KEYS = [
  "prompts",
  "draft",
  "temperature",
  "verification",
  "maxTokens",
  "repeat",
  "seed",
  "trace",
  "signal",
  "onProgress",
];

/** A benchmark as it was asked for, defaults filled in. */
export type BenchmarkPlan = ReturnType<typeof resolveBenchmark>;

/**
 * Compares speculative decoding with the baseline on the same pair: runs alternate, each ratio is of two neighbours, and
 * whichever came first goes second the next time. Rejects with OptionError, what generating rejects with, and the signal's
 * reason.
 */
export function benchmark(pair: Pair, options: BenchmarkOptions): Promise<BenchmarkReport> {
  return new CallSite(benchmark).wait(async () => {
    const plan = resolveBenchmark(pair, options);
    const { maxTokens, repeat, seed, temperature, verification, draft } = plan;
    const [first] = plan.prompts;
    if (first)
      for (const side of ["baseline", "speculative"] as const) await runOnce(pair, first, side, 0, plan);
    const rows: BenchmarkRow[] = [];
    for (const prompt of plan.prompts) {
      plan.onProgress?.({ done: rows.length, total: plan.prompts.length, prompt: prompt.name });
      rows.push(await compare(pair, prompt, plan));
    }
    const { policy, maxTokens: draftMaxTokens, minConfidence, type } = draft;
    return {
      draft: { policy, maxTokens: draftMaxTokens, minConfidence, type },
      temperature,
      verification: temperature === 0 ? null : verification,
      maxTokens,
      repeat,
      seed,
      rows,
      summary: summarise(rows, seed),
    };
  });
}

async function compare(pair: Pair, prompt: BenchmarkPrompt, plan: BenchmarkPlan): Promise<BenchmarkRow> {
  const runs: { baseline: Run; speculative: Run }[] = [];
  for (let i = 0; i < plan.repeat; i++) {
    const sides =
      i % 2 === 0 ? (["baseline", "speculative"] as const) : (["speculative", "baseline"] as const);
    const run: Partial<Record<(typeof sides)[number], Run>> = {};
    for (const side of sides) run[side] = await runOnce(pair, prompt, side, i, plan);
    runs.push(run as Required<typeof run>);
  }
  return {
    ...describeRow(prompt, runs, plan),
    divergence: await divergence(pair, prompt, runs, plan),
    trace: plan.trace ? await traceOf(pair, prompt, plan) : null,
  };
}

/** Where a run's tokens part from the baseline's, and how nearly the target itself had chosen otherwise there. */
async function divergence(
  pair: Pair,
  { text }: BenchmarkPrompt,
  runs: readonly { baseline: Run; speculative: Run }[],
  plan: BenchmarkPlan,
): Promise<BenchmarkRow["divergence"]> {
  if (!plan.comparable) return null;
  const places = runs
    .map(({ baseline, speculative }) => baseline.ids.findIndex((id, i) => id !== speculative.ids[i]))
    .filter((place) => place >= 0);
  if (places.length === 0) return null;
  const position = Math.min(...places);
  const { tokens } = await pair.complete(text as string, {
    maxTokens: position + 1,
    draft: false,
    ignoreEnd: true,
    cachePrompt: false,
    logprobs: 2,
  });
  const [best, second] = tokens[position]?.topLogprobs ?? [];
  return { position, margin: (best?.logprob ?? Number.NaN) - (second?.logprob ?? Number.NaN) };
}

/** Throws OptionError. */
export function resolveBenchmark(pair: Pair, input: BenchmarkOptions) {
  const options = is.record("options", input);
  is.onlyKnownKeys("", options, KEYS);
  const draft = resolveGenerationDraft(options.draft, pair.defaultDraft);
  if (draft === null)
    throw createError("OPTION_INVALID", "Expected a pair with a draft but received one without");
  const { prompts, onProgress } = input;
  if (!Array.isArray(prompts) || prompts.length === 0)
    throw is.invalid("prompts", "non-empty array", prompts);
  if (onProgress !== undefined && typeof onProgress !== "function")
    throw is.invalid("onProgress", "function", onProgress);
  const temperature = is.number("temperature", options.temperature ?? 0, 0, 100);
  const verification = is.oneOf("verification", options.verification ?? "block", VERIFICATIONS);
  return {
    prompts: prompts.map(resolvePrompt),
    draft,
    temperature,
    verification,
    /** Whether both sides write the same text. */
    comparable: temperature === 0 || verification === "sample-match",
    maxTokens: is.integer("maxTokens", options.maxTokens ?? 128, 1, 1048576),
    repeat: is.integer("repeat", options.repeat ?? 5, 1, 1000),
    seed: is.integer("seed", options.seed ?? 1, 0, 4294967295),
    trace: is.boolean("trace", options.trace ?? false),
    signal: is.optional(options.signal, (signal) => is.abortSignal("signal", signal)),
    onProgress,
  };
}

function resolvePrompt(prompt: unknown, i: number): BenchmarkPrompt {
  const { name, domain, text } = is.record(`prompts[${i}]`, prompt);
  return {
    name: is.nonEmptyString(`prompts[${i}].name`, name),
    ...(domain === undefined || domain === null
      ? {}
      : { domain: is.nonEmptyString(`prompts[${i}].domain`, domain) }),
    text: Array.isArray(text)
      ? text.map((id, j) => is.integer(`prompts[${i}].text[${j}]`, id, 0, 2 ** 31 - 1))
      : is.nonEmptyString(`prompts[${i}].text`, text),
  };
}
