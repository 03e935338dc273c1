import type { Pair } from "../pair.js";
import type { BenchmarkPlan } from "./benchmark.js";
import { generateOptions } from "./run.js";
import type { BenchmarkPrompt, TracedToken } from "./types.js";

/** A speculative generation token by token; apart from the measured ones, since log-probabilities cost time. */
export async function traceOf(
  pair: Pair,
  { text }: BenchmarkPrompt,
  plan: BenchmarkPlan,
): Promise<TracedToken[]> {
  const { tokens } = await pair.complete(text, { ...generateOptions("speculative", 0, plan), logprobs: 0 });
  return tokens.map(({ text, origin, logprob = Number.NaN }) => ({
    text,
    origin,
    probability: Math.exp(logprob),
  }));
}
