import { monitorEventLoopDelay, performance } from "node:perf_hooks";
import type { GenerateOptions } from "../options.js";
import type { Pair } from "../pair.js";
import type { Prompt } from "../prompt.js";

/** What decoding costs around the models' passes. */
export interface Overheads {
  /** Microseconds of choosing a token from a row of logits, greedy and at temperature 1 without truncation. */
  greedyUsPerRow: number | null;
  sampledUsPerRow: number | null;
  /** Microseconds of a round outside passes and sampling. */
  roundUs: number;
  /** Microseconds of the JS thread per streamed token. */
  streamUsPerToken: number;
  /** How late timers were while tokens streamed, in milliseconds. */
  eventLoopDelayMs: { median: number; p99: number; largest: number };
}

/** One that warms up, two streamed, one sampled. */
const GENERATIONS = 4;
/** Tokens of each. */
const MOST_TOKENS = 96;
const FEWEST_TOKENS = 16;
const TIMER_MS = 1;

/** Generations as long as `budgetMs` allows for a target pass of `stepMs`. */
export async function measureOverheads(
  pair: Pair,
  prompt: Prompt,
  { stepMs, budgetMs }: { stepMs: number; budgetMs: number },
): Promise<Overheads> {
  const affordable = Math.floor(budgetMs / (GENERATIONS * stepMs));
  const maxTokens = Math.max(FEWEST_TOKENS, Math.min(MOST_TOKENS, affordable));
  const options = { maxTokens, ignoreEnd: true, cachePrompt: false, seed: 1 };
  await pair.complete(prompt, options);
  const { stats, activeMs } = await streamTimed(pair, prompt, options);
  const eventLoopDelayMs = await streamWatched(pair, prompt, options);
  const sampled = await pair.complete(prompt, { ...options, temperature: 1, topK: 0, topP: 1, minP: 0 });
  return {
    greedyUsPerRow: stats.sampleUsPerRow,
    sampledUsPerRow: sampled.stats.sampleUsPerRow,
    roundUs: (stats.otherMs * 1000) / stats.rounds,
    streamUsPerToken: (activeMs * 1000) / stats.generatedTokens,
    eventLoopDelayMs,
  };
}

/** Streams a text, and how long the JS thread was at work meanwhile. */
async function streamTimed(pair: Pair, prompt: Prompt, options: GenerateOptions) {
  const before = performance.eventLoopUtilization();
  const generation = pair.generate(prompt, options);
  for await (const _ of generation);
  const { active: activeMs } = performance.eventLoopUtilization(before);
  const { stats } = await generation.result;
  return { stats, activeMs };
}

/** How late timers are while a text is streamed: by itself, since the thread is at work whenever the watching timer wakes it. */
async function streamWatched(
  pair: Pair,
  prompt: Prompt,
  options: GenerateOptions,
): Promise<Overheads["eventLoopDelayMs"]> {
  const delay = monitorEventLoopDelay({ resolution: TIMER_MS });
  const late = (nanoseconds: number) => Math.max(0, nanoseconds / 1e6 - TIMER_MS);
  delay.enable();
  for await (const _ of pair.generate(prompt, options));
  delay.disable();
  return {
    median: late(delay.percentile(50)),
    p99: late(delay.percentile(99)),
    largest: late(delay.max),
  };
}
