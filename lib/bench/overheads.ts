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

const TOKENS = 96;
const TIMER_MS = 1;

export async function measureOverheads(pair: Pair, prompt: Prompt): Promise<Overheads> {
  const options = { maxTokens: TOKENS, ignoreEnd: true, cachePrompt: false, seed: 1 };
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
