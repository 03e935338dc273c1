import { performance } from "node:perf_hooks";
import type { Completion } from "../generation.js";
import type { Pair } from "../pair.js";
import type { BenchmarkPlan } from "./benchmark.js";
import { startRun } from "./run.js";

/** What a run of many requests was, by request. */
export interface StreamRun {
  tokensPerSecond: number;
  streams: Stream[];
}

export interface Stream {
  ids: number[];
  stats: Completion["stats"];
  /** When it was asked for, and when each piece of its text came, in milliseconds. */
  asked: number;
  pieces: number[];
}

/**
 * Tokens of each request of a run, in the order in which they are taken. Requests of one length would all end together, and none
 * would arrive beside running ones: the first of each slot is cut, each at another place, and its rest is done last.
 */
export function requestLengths(concurrency: number, perSlot: number, maxTokens: number): number[] {
  const slots = Array.from({ length: concurrency }, (_, i) => Math.ceil((maxTokens * (i + 1)) / concurrency));
  const whole = Array.from({ length: concurrency * (perSlot - 1) }, () => maxTokens);
  const rests = slots.map((length) => maxTokens - length).filter((length) => length > 0);
  return [...slots, ...whole, ...rests];
}

/** One run: whoever ends is followed at once by the next. */
export async function runStreams(
  pair: Pair,
  lengths: readonly number[],
  side: "baseline" | "speculative",
  repetition: number,
  plan: BenchmarkPlan,
): Promise<StreamRun> {
  const streams: Stream[] = [];
  let next = 0;
  const slot = async () => {
    for (let i = next++; i < lengths.length; i = next++)
      streams[i] = await runStream(pair, i, lengths[i] ?? 1, side, repetition, plan);
  };
  const began = performance.now();
  await Promise.all(Array.from({ length: pair.maxSequences }, slot));
  const seconds = (performance.now() - began) / 1000;
  const tokens = streams.reduce((sum, { ids }) => sum + ids.length, 0);
  return { tokensPerSecond: tokens / seconds, streams };
}

async function runStream(
  pair: Pair,
  index: number,
  maxTokens: number,
  side: "baseline" | "speculative",
  repetition: number,
  plan: BenchmarkPlan,
): Promise<Stream> {
  const prompt = plan.prompts[index % plan.prompts.length]?.text ?? "";
  const asked = performance.now();
  const generation = startRun(pair, prompt, side, repetition, { ...plan, maxTokens });
  const pieces: number[] = [];
  for await (const _ of generation) pieces.push(performance.now());
  const { tokens, stats } = await generation.result;
  return { ids: tokens.map(({ id }) => id), stats, asked, pieces };
}
