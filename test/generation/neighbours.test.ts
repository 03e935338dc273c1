import { setImmediate, setTimeout as sleep } from "node:timers/promises";
import t from "tap";
import { writeDialledPair } from "../../scripts/dialled/pair.mjs";
import { fable, prompts } from "../helpers/fable.js";
import { LONG_CONTEXT, writeLongModel } from "../helpers/long-model.js";
import { alone, bits, compareSchedules } from "../helpers/schedules.js";

t.test("random schedules leave every text and its logits as they are alone", async (t) => {
  const pair = await fable(t, { maxSequences: 4, contextSize: 128, batchSize: 64 });
  const opening = "Once upon a time there was a little fox who lived in a wood by the sea. ";
  const asked = Array.from(
    { length: 24 },
    (_, i) => `${i % 3 === 0 ? "" : opening}${prompts[i % prompts.length]}`,
  );
  const seen = await compareSchedules(t, pair, {
    ...{ prompts: asked, options: { maxTokens: 8 } },
    ...{ requests: 5, schedules: 200, seed: 20261124 },
  });
  t.ok(seen.ended > 800, `${seen.ended} of 1000 requests ended`);
  // How many depends on the machine.
  t.ok(seen.aborted > 0, `${seen.aborted} were aborted with a part of their texts`);
  t.ok(seen.paused > 0, `${seen.paused} paused with a part of theirs`);
  t.ok(pair.metrics().cachedTokens > 200, "prefixes were shared");
});

t.test("so do they where nearly all drafts are accepted", async (t) => {
  const { target, draft, starts, walk } = await writeDialledPair(t.testdir(), {
    shape: "tiny",
    agreement: 0.9,
  });
  const pair = await fable(t, { target, draft, maxSequences: 4, contextSize: 128, batchSize: 64 });
  const opening = walk(7, 40);
  const asked = starts.map((start, i) => [...opening.slice(0, 5 * i), start]);
  const seen = await compareSchedules(t, pair, {
    ...{ prompts: asked, options: { maxTokens: 48, ignoreEnd: true } },
    ...{ requests: 6, schedules: 40, seed: 20261129 },
  });
  t.ok(seen.ended > 150, `${seen.ended} of 240 requests ended`);
  t.ok(seen.aborted + seen.paused > 0, `${seen.aborted} were aborted in the middle, ${seen.paused} paused`);
});

t.test("texts that fill the cache one after another have the logits that they have alone", async (t) => {
  for (const maxSequences of [1, 3]) {
    const pair = await fable(t, { maxSequences, contextSize: 256, batchSize: 64 });
    const asked = Array.from({ length: 9 }, (_, i) => `${i}. ${prompts[i % prompts.length]} `.repeat(3));
    const options = { maxTokens: 130, ignoreEnd: true };
    const expected = await alone(pair, asked, options);
    const found = await Promise.all(
      asked.map((prompt) => pair.complete(prompt, { ...options, logprobs: 0 })),
    );
    for (const [i, completion] of found.entries())
      t.strictSame(bits(completion), expected[i], `${maxSequences} at once, text ${i}`);
  }
});

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

t.test("requests of a burst begin together", async (t) => {
  // By which a request has a second to come.
  const costProfile = { target: [[1, 10_000] as [number, number]], draft: [] };
  const pair = await fable(t, { draft: false, maxSequences: 8, deterministic: true, costProfile });
  const all = Array.from({ length: 8 }, async (_, i) => {
    await sleep(2 * i);
    await pair.complete("Once upon a time", { maxTokens: 5, ignoreEnd: true });
  });
  await Promise.all(all);
  t.equal(pair.metrics().targetPasses, 1 + 5, "their prompts are one pass");
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

t.test(
  "an unread stream gives its slot to whoever waits for one, and goes on with its own text",
  async (t) => {
    const target = writeLongModel(t);
    const pair = await fable(t, { target, draft: { type: "ngram" }, contextSize: LONG_CONTEXT });
    const options = { maxTokens: 1500, ignoreEnd: true, logprobs: 0 };
    const stream = pair.generate("The king said", options);
    const first = await stream.next();
    const other = await pair.complete("The fox", { maxTokens: 40, ignoreEnd: true });
    t.equal(other.tokens.length, 40);
    t.equal(pair.metrics().finished.length, 1, "the stream has not ended");
    const tokens = [...(first.value?.tokens ?? [])];
    for await (const chunk of stream) tokens.push(...chunk.tokens);
    const alone = await pair.complete("The king said", { ...options, draft: false, cachePrompt: false });
    t.strictSame(bits({ tokens }), bits(alone));
  },
);

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
