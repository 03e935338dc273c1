import { setImmediate, setTimeout as sleep } from "node:timers/promises";
import t from "tap";
import type { Completion, Generation, Pair } from "../../lib/index.js";
import { fable, ids, prompts } from "../helpers/fable.js";
import { generator } from "../helpers/random.js";

const SEED = 20261124;

/** Reads a stream to its end, slowly at times. */
async function read(generation: Generation, slow: boolean): Promise<number[]> {
  const tokens: number[] = [];
  for await (const chunk of generation) {
    tokens.push(...ids(chunk));
    if (slow) await sleep(5);
  }
  return tokens;
}

/** Logits that differ by a bit give other log-probabilities. */
const bits = ({ tokens }: Completion) => tokens.map(({ id, logprob }) => [id, logprob]);

async function alone(pair: Pair, asked: readonly string[], maxTokens: number) {
  const texts: Completion[] = [];
  for (const prompt of asked)
    texts.push(await pair.complete(prompt, { maxTokens, cachePrompt: false, draft: false, logprobs: 0 }));
  return texts;
}

t.test(
  "random arrivals, aborts, slow readers and shared prefixes leave every text as it is alone",
  async (t) => {
    const pair = await fable(t, { maxSequences: 8, contextSize: 128, batchSize: 64 });
    const random = generator(SEED);
    const below = (n: number) => Math.floor(random() * n);
    const opening = "Once upon a time there was a little fox who lived in a wood by the sea. ";
    const asked = Array.from(
      { length: 24 },
      (_, i) => `${i % 3 === 0 ? "" : opening}${prompts[i % prompts.length]}`,
    );
    const expected = await alone(pair, asked, 10);
    const running: Promise<void>[] = [];
    for (let i = 0; i < 300; i++) {
      const which = below(asked.length);
      const signal = below(10) === 0 ? { signal: AbortSignal.timeout(below(40)) } : {};
      const policy = below(2) === 0 ? ("adaptive" as const) : ("fixed" as const);
      const generation = pair.generate(asked[which] as string, {
        ...signal,
        maxTokens: 10,
        priority: below(3),
        cachePrompt: below(4) > 0,
        draft: below(4) === 0 ? false : { policy, maxTokens: 1 + below(6) },
      });
      const text = ids(expected[which] as Completion);
      running.push(
        read(generation, below(5) === 0).then(
          (tokens) => {
            if (String(tokens) !== String(text)) t.strictSame(tokens, text, `request ${i}`);
          },
          (error) => {
            if (!("signal" in signal) || error.name !== "TimeoutError") t.fail(`request ${i}`, { error });
          },
        ),
      );
      if (below(3) === 0) await sleep(below(12));
    }
    await Promise.all(running);
    const after = await Promise.all(
      asked.map((prompt) => pair.complete(prompt, { maxTokens: 10, logprobs: 0 })),
    );
    for (const [i, completion] of after.entries())
      t.strictSame(bits(completion), bits(expected[i] as Completion), `logits of prompt ${i}`);
    t.ok(after.some(({ stats }) => stats.cachedTokens > 10));
  },
);

t.test("running streams go on while a prompt is read", async (t) => {
  const pair = await fable(t, { maxSequences: 2, contextSize: 512 });
  const stream = pair.generate("The king said", { maxTokens: 400, ignoreEnd: true, draft: false });
  const first = await stream.next();
  t.notOk(first.done);
  const long = new Int32Array(450).fill(5);
  const { stats } = await pair.complete(long, { maxTokens: 2, draft: false, ignoreEnd: true });
  t.ok(stats.targetPasses > 6, `${stats.targetPasses} passes for one prompt`);
  await stream.return();
});

t.test("a deadline ends a generation that waits", async (t) => {
  const pair = await fable(t);
  const first = pair.generate("The king", { maxTokens: 400, ignoreEnd: true });
  await t.rejects(pair.complete("The queen", { signal: AbortSignal.timeout(20) }), { name: "TimeoutError" });
  await first.return();
});

t.test("the higher priority goes first, then who came first", async (t) => {
  const pair = await fable(t, { target: "fable-17m", draft: false });
  const order: string[] = [];
  const ask = async (name: string, priority: number) => {
    await pair.complete("The king said", { maxTokens: 4, priority });
    order.push(name);
  };
  const running = pair.generate("The king said", { maxTokens: 400, ignoreEnd: true, priority: -5 });
  await running.next();
  const waiting = Promise.all([ask("first", 0), ask("second", 0), ask("urgent", 1), ask("idle", -1)]);
  // Long before the first has its 400 tokens.
  while (pair.metrics().queued < 4) await setImmediate();
  await running.return();
  await waiting;
  t.strictSame(order, ["urgent", "first", "second", "idle"]);
});

t.test("an unread stream pauses while others run to their end", async (t) => {
  const pair = await fable(t, { maxSequences: 2, draft: false, contextSize: 512, target: "fable-17m" });
  const unread = pair.generate("The king said", { maxTokens: 400, ignoreEnd: true });
  await unread.next();
  const others = await Promise.all(
    Array.from({ length: 6 }, () => pair.complete("The fox", { maxTokens: 40, ignoreEnd: true })),
  );
  t.ok(others.every(({ tokens }) => tokens.length === 40));
  await unread.return();
});

t.test("a deterministic pair draws the same texts whoever runs beside", async (t) => {
  const pair = await fable(t, { maxSequences: 6, contextSize: 96, deterministic: true });
  const ask = (i: number) =>
    pair.complete(prompts[i] as string, { maxTokens: 24, temperature: 0.9, seed: i, verification: "block" });
  const together = await Promise.all(Array.from({ length: 12 }, (_, i) => ask(i)));
  for (const [i, { text, stats }] of together.entries()) {
    const { text: own, stats: ownStats } = await ask(i);
    t.equal(text, own);
    t.equal(stats.proposed, ownStats.proposed);
  }
});
