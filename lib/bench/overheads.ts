import { monitorEventLoopDelay, performance } from "node:perf_hooks";
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

/** Tokens of each of the three generations. */
const MOST_TOKENS = 96;
const FEWEST_TOKENS = 16;
const TIMER_MS = 1;

/** Generations as long as `budgetMs` allows for a target pass of `stepMs`. */
export async function measureOverheads(
  pair: Pair,
  prompt: Prompt,
  { stepMs, budgetMs }: { stepMs: number; budgetMs: number },
): Promise<Overheads> {
  const affordable = Math.floor(budgetMs / (3 * stepMs));
  const maxTokens = Math.max(FEWEST_TOKENS, Math.min(MOST_TOKENS, affordable));
  const options = { maxTokens, ignoreEnd: true, cachePrompt: false, seed: 1 };
  await pair.complete(prompt, options);
  const delay = monitorEventLoopDelay({ resolution: TIMER_MS });
  const late = (nanoseconds: number) => Math.max(0, nanoseconds / 1e6 - TIMER_MS);
  const before = performance.eventLoopUtilization();
  delay.enable();
  const generation = pair.generate(prompt, options);
  for await (const _ of generation);
  delay.disable();
  const { active } = performance.eventLoopUtilization(before);
  const { stats } = await generation.result;
  const sampled = await pair.complete(prompt, { ...options, temperature: 1, topK: 0, topP: 1, minP: 0 });
  return {
    greedyUsPerRow: stats.sampleUsPerRow,
    sampledUsPerRow: sampled.stats.sampleUsPerRow,
    roundUs: (stats.otherMs * 1000) / stats.rounds,
    streamUsPerToken: (active * 1000) / stats.generatedTokens,
    eventLoopDelayMs: {
      median: late(delay.percentile(50)),
      p99: late(delay.percentile(99)),
      largest: late(delay.max),
    },
  };
}
