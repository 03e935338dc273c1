import { CallSite } from "../call-site.js";
import { createError } from "../errors.js";
import * as is from "../is.js";
import type { Pair } from "../pair.js";
import { resolveGenerationDraft } from "../resolve-draft.js";
import { VERIFICATIONS } from "../sampling-options.js";
import * as bounds from "./bounds.js";
import { describeRuns } from "./describe-runs.js";
import { measureRuns } from "./measure-runs.js";
import type { BenchmarkOptions, BenchmarkPrompt, BenchmarkReport } from "./types.js";

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
  return new CallSite(benchmark).wait(async () =>
    describeRuns([await measureRuns(pair, resolveBenchmark(pair, options))]),
  );
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
    maxTokens: bounds.maxTokens(options.maxTokens ?? 128),
    repeat: bounds.repeat(options.repeat ?? 5),
    seed: bounds.seed(options.seed ?? 1),
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
