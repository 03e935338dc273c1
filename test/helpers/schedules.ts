import { setTimeout as sleep } from "node:timers/promises";
import type { Test } from "tap";
import type { Completion, GenerateOptions, Pair } from "../../lib/index.js";
import type { Steering } from "../../lib/native.js";
import type { Prompt } from "../../lib/prompt.js";
import { generator } from "./random.js";

interface Schedules {
  prompts: readonly Prompt[];
  options: GenerateOptions & { maxTokens: number };
  /** Of each schedule. */
  requests: number;
  schedules: number;
  /** Of the first; the others have those after it. */
  seed: number;
}

/** Tokens and, as logits that differ by a bit give others, their log-probabilities. */
export function bits({ tokens }: Pick<Completion, "tokens">) {
  return tokens.map(({ id, logprob }) => [id, logprob]);
}

/** The texts without drafts, neighbours and what caches hold. */
export async function alone(pair: Pair, prompts: readonly Prompt[], options: GenerateOptions) {
  const texts: ReturnType<typeof bits>[] = [];
  for (const prompt of prompts)
    texts.push(
      bits(await pair.complete(prompt, { ...options, cachePrompt: false, draft: false, logprobs: 0 })),
    );
  return texts;
}

/**
 * Random requests come, draft, pause and are aborted beside each other: each text is the one it has alone, as far as it came. Returns
 * how many ended by themselves, and how many were aborted or paused with a part of theirs.
 */
export async function compareSchedules(t: Test, pair: Pair, asked: Schedules) {
  const { prompts, options, requests, schedules, seed } = asked;
  const { maxTokens } = options;
  t.comment(`seeds ${seed} and the ${schedules - 1} after it`);
  const expected = await alone(pair, prompts, options);
  const steering = watchSteering(pair);
  const seen = { ended: 0, aborted: 0, paused: 0 };

  const request = async (below: (n: number) => number, name: string) => {
    const which = below(prompts.length);
    const policy = below(2) === 0 ? ("adaptive" as const) : ("fixed" as const);
    const leaves = below(12);
    const abortAfter = leaves === 0 ? 1 + below(maxTokens) : Infinity;
    let pauseAfter = below(4) === 0 ? below(maxTokens) : Infinity;
    const pauseMs = 1 + below(8);
    const generation = pair.generate(prompts[which] as Prompt, {
      ...options,
      ...(leaves === 1 && { signal: AbortSignal.timeout(below(20)) }),
      logprobs: 0,
      priority: below(3),
      cachePrompt: below(4) > 0,
      draft: below(4) === 0 ? false : { policy, maxTokens: 1 + below(6) },
    });
    const stream = steering();
    const found: ReturnType<typeof bits> = [];
    const pauseOnce = async () => {
      if (found.length < pauseAfter) return;
      pauseAfter = Infinity;
      stream.steer("pause");
      await sleep(pauseMs);
      if (found.length > 0 && !stream.isOver()) seen.paused++;
      stream.steer("resume");
    };
    const read = async () => {
      await pauseOnce();
      for await (const chunk of generation) {
        found.push(...bits(chunk));
        if (found.length >= abortAfter) generation.abort();
        await pauseOnce();
      }
    };
    // How it ended is said by the result, too.
    await read().catch(() => {});
    const end = await generation.result.then(
      ({ finishReason }) => finishReason,
      ({ name }) => name,
    );
    const isWhole = end === "length" || end === "stop";
    if (isWhole) seen.ended++;
    else if (end !== "aborted" && end !== "TimeoutError") t.fail(`${name}: ${end}`);
    else if (found.length > 0) seen.aborted++;
    const text = expected[which]?.slice(0, isWhole ? maxTokens : found.length);
    if (JSON.stringify(found) !== JSON.stringify(text)) t.strictSame(found, text, `${name}, prompt ${which}`);
  };

  for (let schedule = 0; schedule < schedules; schedule++) {
    const random = generator(seed + schedule);
    const below = (n: number) => Math.floor(random() * n);
    const running: Promise<void>[] = [];
    for (let i = 0; i < requests; i++) {
      running.push(request(below, `request ${i} of seed ${seed + schedule}`));
      if (below(2) === 0) await sleep(below(8));
    }
    await Promise.all(running);
  }
  return seen;
}

/**
 * Lets generations be paused at any time: readers pause theirs with a thousand unread tokens, which no short text has. What is returned
 * is asked right after a generation has begun.
 */
function watchSteering(pair: Pair) {
  const { engine } = pair.open();
  const generate = engine.generate.bind(engine);
  let newest = { steer: (_: Steering) => {}, isOver: () => true };
  const watched: typeof generate = (request, onBatch) => {
    let isOver = false;
    const id = generate(request, (batch) => {
      isOver = batch.end !== undefined;
      onBatch(batch);
    });
    newest = { steer: (to) => engine.steer(id, to), isOver: () => isOver };
    return id;
  };
  Object.defineProperty(engine, "generate", { value: watched });
  return () => newest;
}
