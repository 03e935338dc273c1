import type { Completion, Generation } from "../generation.js";
import type { GenerateOptions } from "../options.js";
import type { Pair } from "../pair.js";
import type { Prompt } from "../prompt.js";
import type { BenchmarkPlan } from "./benchmark.js";
import type { BenchmarkPrompt } from "./types.js";

/** What is kept of one generation. */
export interface Run {
  ids: number[];
  stats: Completion["stats"];
  firstTokenMs: number;
  totalMs: number;
}

/** Two neighbours in time. */
export interface PairedRun<R> {
  baseline: R;
  speculative: R;
}

/** Both sides, one after the other; whichever came first goes second the next time. */
export async function runInTurn<R>(
  turn: number,
  run: (side: keyof PairedRun<R>) => Promise<R>,
): Promise<PairedRun<R>> {
  const first = turn % 2 === 0 ? null : await run("speculative");
  const baseline = await run("baseline");
  return { baseline, speculative: first ?? (await run("speculative")) };
}

/** Of a generation with the pair's draft or without. Both sides of a repetition draw from the same seed. */
export function generateOptions(
  side: keyof PairedRun<unknown>,
  repetition: number,
  plan: BenchmarkPlan,
): GenerateOptions {
  return {
    maxTokens: plan.maxTokens,
    draft: side === "baseline" ? false : draftOf(plan),
    ignoreEnd: true,
    cachePrompt: false,
    temperature: plan.temperature,
    verification: plan.verification,
    seed: plan.seed + repetition,
    ...(plan.signal === null ? {} : { signal: plan.signal }),
  };
}

export function startRun(
  pair: Pair,
  text: Prompt,
  side: "baseline" | "speculative",
  repetition: number,
  plan: BenchmarkPlan,
): Generation {
  return pair.generate(text, generateOptions(side, repetition, plan));
}

/** One generation by itself. */
export async function runOnce(
  pair: Pair,
  { text }: BenchmarkPrompt,
  side: "baseline" | "speculative",
  repetition: number,
  plan: BenchmarkPlan,
): Promise<Run> {
  const began = performance.now();
  const generation = startRun(pair, text, side, repetition, plan);
  let firstTokenMs: number | null = null;
  for await (const _ of generation) firstTokenMs ??= performance.now() - began;
  const totalMs = performance.now() - began;
  const { tokens, stats } = await generation.result;
  return { ids: tokens.map(({ id }) => id), stats, firstTokenMs: firstTokenMs ?? totalMs, totalMs };
}

function draftOf({ draft: { policy, maxTokens, minConfidence, choice, type } }: BenchmarkPlan) {
  return { policy, maxTokens, minConfidence, type, ...(choice === null ? {} : { choice }) };
}
