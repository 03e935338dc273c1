import { setTimeout as sleep } from "node:timers/promises";
import t from "tap";
import { fable } from "../helpers/fable.js";
import { LONG_CONTEXT, writeLongModel } from "../helpers/long-model.js";

const options = { maxTokens: 12, ignoreEnd: true };

t.test("a new pair has done nothing", async (t) => {
  const pair = await fable(t);
  t.match(pair.metrics(), {
    running: 0,
    queued: 0,
    finished: { stop: 0, "stop-string": 0, length: 0, context: 0, aborted: 0 },
    failed: 0,
    generatedTokens: 0,
    agreement: null,
    acceptanceRate: null,
    tokensPerRound: null,
    busyMs: 0,
    tokensPerSecond: null,
  });
});

t.test("counters are the sums of what the generations say of themselves", async (t) => {
  const pair = await fable(t);
  const asked = ["Once upon a time", "The fox", "Once"].map((prompt) => pair.complete(prompt, options));
  t.match(pair.metrics(), { running: 1, queued: 2 });
  const stats = (await Promise.all(asked)).map((completion) => completion.stats);
  const sum = (of: (one: (typeof stats)[number]) => number) => stats.reduce((all, one) => all + of(one), 0);
  const metrics = pair.metrics();
  t.match(metrics, {
    running: 0,
    queued: 0,
    finished: { length: 3 },
    generatedTokens: 36,
    promptTokens: sum((one) => one.promptTokens),
    rounds: sum((one) => one.rounds),
    proposed: sum((one) => one.proposed),
    accepted: sum((one) => one.accepted),
    corrections: sum((one) => one.corrections),
    bonuses: sum((one) => one.bonuses),
    targetTokens: sum((one) => one.targetTokens),
    draftTokens: sum((one) => one.draftTokens),
    targetPasses: sum((one) => one.targetPassShare),
    draftPasses: sum((one) => one.draftPassShare),
  });
  t.equal(
    metrics.targetPasses,
    sum((one) => one.targetPasses),
    "one request at a time has its passes for itself",
  );
  t.equal(metrics.tokensPerPass, metrics.targetTokens / metrics.targetPasses);
  t.equal(metrics.corrections + metrics.bonuses, metrics.rounds);
  t.equal(metrics.tokensPerSecond, 36_000 / metrics.busyMs);
  t.equal(pair.metrics().busyMs, metrics.busyMs, "idle time does not count");
});

t.test("a pass that serves several requests counts once", async (t) => {
  const pair = await fable(t, { maxSequences: 4, draft: false, deterministic: true });
  const all = await Promise.all(
    Array.from({ length: 4 }, () => pair.complete("Once upon a time", { ...options, cachePrompt: false })),
  );
  const { targetPasses, targetTokens, tokensPerPass } = pair.metrics();
  const most = Math.max(...all.map(({ stats }) => stats.targetPasses));
  t.ok(
    targetPasses >= most && targetPasses < 2 * most,
    `${targetPasses} passes, at most ${most} of one request`,
  );
  t.ok(Number.isInteger(targetPasses));
  t.equal(tokensPerPass, targetTokens / targetPasses);
});

t.test("aborts and errors are told apart, and what is refused is not counted", async (t) => {
  const pair = await fable(t);
  const long = { ...options, maxTokens: 500 };
  for await (const _ of pair.generate("Once", long)) break;
  await pair.complete("Once", { ...long, signal: AbortSignal.timeout(20) }).catch(() => {});
  await t.rejects(pair.complete("Once", { ...long, signal: AbortSignal.abort() }));
  t.throws(() => pair.generate("fox ".repeat(5000)), { code: "PROMPT_TOO_LONG" });
  const banned = Object.fromEntries(
    Array.from({ length: pair.target.vocabulary.size }, (_, id) => [id, false]),
  );
  await t.rejects(pair.complete("Once", { logitBias: banned as never }), { code: "NO_TOKEN_ALLOWED" });
  t.match(pair.metrics(), { running: 0, queued: 0, finished: { aborted: 2, length: 0 }, failed: 1 });
});

t.test("events tell the same as it happens", async (t) => {
  const pair = await fable(t);
  const seen: unknown[] = [];
  let tokens = 0;
  pair.events.on("request", ({ id, promptTokens, running, queued }) =>
    seen.push(["request", id, promptTokens, running, queued]),
  );
  pair.events.on("tokens", ({ count, batch }) => {
    tokens += count;
    t.equal(batch.requests, 1);
    t.ok(batch.tokens >= 1);
  });
  pair.events.on("end", ({ id, finishReason, error, firstTokenMs, totalMs, stats }) => {
    seen.push(["end", id, finishReason, error, stats?.generatedTokens]);
    t.ok(firstTokenMs !== null && firstTokenMs > 0 && firstTokenMs <= totalMs);
  });
  const completion = await pair.complete("Once upon a time", options);
  await pair.complete("The fox", { ...options, maxTokens: 3 });
  await new Promise((resolve) => setImmediate(resolve));
  t.strictSame(seen, [
    ["request", 0, completion.stats.promptTokens, 1, 0],
    ["end", 0, "length", null, 12],
    ["request", 1, 2, 1, 0],
    ["end", 1, "length", null, 3],
  ]);
  t.equal(tokens, 15);
});

t.test("events tell how long the queue is and how large the batches are", async (t) => {
  const pair = await fable(t, { maxSequences: 4, draft: false });
  const queue: number[][] = [];
  let [largest, left] = [0, Number.NaN];
  pair.events.on("request", ({ running, queued }) => queue.push([running, queued]));
  pair.events.on("tokens", ({ batch }) => {
    largest = Math.max(largest, batch.requests);
    t.ok(batch.requests <= batch.tokens);
  });
  pair.events.on("end", ({ running, queued }) => {
    left = running + queued;
  });
  await Promise.all(Array.from({ length: 6 }, () => pair.complete("Once upon a time", options)));
  await new Promise((resolve) => setImmediate(resolve));
  t.strictSame(queue, [
    [1, 0],
    [2, 0],
    [3, 0],
    [4, 0],
    [4, 1],
    [4, 2],
  ]);
  t.equal(largest, 4);
  t.equal(left, 0);
});

t.test("an unread stream gives its place to who waits, or keeps it where its text is not kept", async (t) => {
  const target = writeLongModel(t);
  for (const [cachePrompt, promptCacheBytes, load] of [
    [true, 2 ** 30, { running: 1, queued: 0 }],
    [false, 2 ** 30, { running: 0, queued: 1 }],
    [true, 0, { running: 0, queued: 1 }],
  ] as const) {
    const pair = await fable(t, { target, draft: false, contextSize: LONG_CONTEXT, promptCacheBytes });
    const unread = pair.generate("The king said", { ...options, maxTokens: 1500, cachePrompt });
    await unread.next();
    while (pair.metrics().running > 0) await sleep(5);
    const other = pair.complete("The fox", options);
    t.match(pair.metrics(), load);
    if (load.running === 1) await other;
    // By now it would have run if there were a place for it.
    else await sleep(100);
    t.match(pair.metrics(), { ...load, running: 0 });
    await unread.return();
    await other;
  }
});

t.test("a closed pair has no metrics", async (t) => {
  const pair = await fable(t);
  await pair.close();
  t.throws(() => pair.metrics(), { code: "PAIR_CLOSED" });
});
