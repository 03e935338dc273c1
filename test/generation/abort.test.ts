import { getEventListeners } from "node:events";
import t from "tap";
import { fable } from "../helpers/fable.js";

const ENDLESS = { maxTokens: 500, ignoreEnd: true } as const;

t.test("aborted before: rejects with the reason, native code untouched", async (t) => {
  const pair = await fable(t);
  const signal = AbortSignal.abort(new Error("changed my mind"));
  await t.rejects(pair.complete("Once", { signal }), { message: "changed my mind" });
  await t.rejects(pair.generate("Once", { signal }).next(), { message: "changed my mind" });
  t.equal(getEventListeners(signal, "abort").length, 0);
});

t.test("aborted meanwhile: iteration throws the reason, and the next generation runs", async (t) => {
  const pair = await fable(t);
  for (const draft of [false, { maxTokens: 8 }] as const) {
    const controller = new AbortController();
    const generation = pair.generate("Once upon a time", { ...ENDLESS, draft, signal: controller.signal });
    let chunks = 0;
    const read = async () => {
      for await (const _ of generation) if (++chunks === 3) controller.abort();
    };
    await t.rejects(read(), { name: "AbortError" });
    t.equal(chunks, 3);
    await t.rejects(generation.result, { name: "AbortError" });
    t.equal(getEventListeners(controller.signal, "abort").length, 0);
    t.equal((await pair.complete("Once", { maxTokens: 3, ignoreEnd: true })).tokens.length, 3);
  }
});

t.test("aborted in the prefill", async (t) => {
  const pair = await fable(t, { batchSize: 16 });
  const controller = new AbortController();
  const completion = pair.complete("a long way ".repeat(100), { ...ENDLESS, signal: controller.signal });
  controller.abort();
  await t.rejects(completion, { name: "AbortError" });
});

t.test("aborted after the end: nothing happens", async (t) => {
  const pair = await fable(t);
  const controller = new AbortController();
  const { tokens } = await pair.complete("Once", {
    maxTokens: 5,
    ignoreEnd: true,
    signal: controller.signal,
  });
  controller.abort();
  t.equal(tokens.length, 5);
  t.equal((await pair.complete("Once", { maxTokens: 5, ignoreEnd: true })).tokens.length, 5);
});

t.test("a timeout signal stops it with its TimeoutError", async (t) => {
  const pair = await fable(t);
  const forever = async () => {
    for (;;) await pair.complete("Once", { ...ENDLESS, signal });
  };
  const signal = AbortSignal.timeout(50);
  await t.rejects(forever(), { name: "TimeoutError" });
});

t.test("break and abort() end it without an error and keep what was made", async (t) => {
  const pair = await fable(t);
  const broken = pair.generate("Once upon a time", ENDLESS);
  for await (const _ of broken) break;
  const result = await broken.result;
  t.equal(result.finishReason, "aborted");
  t.ok(result.tokens.length > 0 && result.tokens.length < 500);

  const aborted = pair.generate("Once upon a time", ENDLESS);
  await aborted.next();
  aborted.abort();
  t.equal((await aborted.result).finishReason, "aborted");
});

t.test("one of two waiting generations can be aborted", async (t) => {
  const pair = await fable(t);
  const controller = new AbortController();
  const first = pair.complete("Once", { maxTokens: 50, ignoreEnd: true });
  const second = pair.complete("Once", { ...ENDLESS, signal: controller.signal });
  controller.abort();
  await t.rejects(second, { name: "AbortError" });
  t.equal((await first).tokens.length, 50);
});

t.test("aborting the load rejects with the reason", async (t) => {
  const reason = new Error("not this one");
  await t.rejects(fable(t, { signal: AbortSignal.abort(reason) }), reason);
  const controller = new AbortController();
  const loading = fable(t, { signal: controller.signal, onProgress: () => controller.abort(reason) });
  await t.rejects(loading, reason);
  t.equal(getEventListeners(controller.signal, "abort").length, 0);
});
