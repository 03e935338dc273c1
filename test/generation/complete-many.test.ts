import t from "tap";
import { fable, prompts } from "../helpers/fable.js";

const options = { maxTokens: 12, ignoreEnd: true };

t.test("each text is the one it has alone, whatever runs beside it", async (t) => {
  const pair = await fable(t);
  const texts: string[] = [];
  for (const prompt of prompts.slice(0, 8)) texts.push((await pair.complete(prompt, options)).text);
  const seen = new Set<number>();
  for await (const { index, request, completion } of pair.completeMany(prompts.slice(0, 8), {
    ...options,
    concurrency: 4,
  })) {
    t.equal(request, prompts[index]);
    t.equal(completion?.text, texts[index]);
    seen.add(index);
  }
  t.equal(seen.size, 8);
});

t.test("a request's own options go before those of all; undefined is not given", async (t) => {
  const pair = await fable(t);
  const lengths: Record<string, number | undefined> = {};
  const requests = [
    { id: "own", prompt: "Once", maxTokens: 3 },
    { id: "all", prompt: "Once", maxTokens: undefined },
  ];
  // @ts-expect-error exactOptionalPropertyTypes forbids what JavaScript passes
  for await (const { request, completion } of pair.completeMany(requests, { ...options, maxTokens: 5 }))
    lengths[(request as { id: string }).id] = completion?.tokens.length;
  t.strictSame(lengths, { own: 3, all: 5 });
});

t.test("wrong requests are results with typed errors", async (t) => {
  const pair = await fable(t);
  const requests: unknown[] = ["", 7, null, { prompt: "x", maxTokens: 0 }, { prompt: "x", no: 1 }, "Once"];
  const codes: unknown[] = [];
  for await (const { index, error } of pair.completeMany(requests as string[], options))
    codes[index] = error instanceof Error && "code" in error ? error.code : error;
  t.strictSame(codes, [
    "PROMPT_EMPTY",
    "OPTION_INVALID",
    "OPTION_INVALID",
    "OPTION_INVALID",
    "OPTION_UNKNOWN",
    null,
  ]);
});

t.test("wrong arguments are refused at once", async (t) => {
  const pair = await fable(t);
  const refused = (requests: unknown, more: object, code: string, message: RegExp) =>
    t.throws(() => pair.completeMany(requests as string[], more), { code, message });
  refused("Once", {}, "OPTION_INVALID", /iterable of requests for requests but received "Once"/);
  refused(Int32Array.of(1, 2), {}, "OPTION_INVALID", /iterable/);
  refused(null, {}, "OPTION_INVALID", /iterable/);
  for (const concurrency of [0, 1025, 1.5, Number.NaN, "2"])
    refused([], { concurrency }, "OPTION_INVALID", /integer between 1 and 1024 for concurrency/);
  refused([], { maxTokens: 0 }, "OPTION_INVALID", /maxTokens/);
  refused([], { concurency: 2 }, "OPTION_UNKNOWN", /concurency/);
  await pair.close();
  refused([], {}, "PAIR_CLOSED", /closed/);
});

t.test("closing the pair ends the iteration with PAIR_CLOSED", async (t) => {
  const pair = await fable(t);
  const many = pair.completeMany(["Once", "The fox"], { maxTokens: 500, ignoreEnd: true });
  const first = t.rejects(many.next(), { code: "PAIR_CLOSED", stack: /complete-many\.test/ });
  await new Promise((resolve) => setTimeout(resolve, 20));
  await pair.close();
  await first;
  t.match(await many.next(), { done: true });
});

t.test("the signal stops within a pass", async (t) => {
  const pair = await fable(t);
  const signal = AbortSignal.timeout(50);
  const many = pair.completeMany(Array(10).fill("Once"), { maxTokens: 1000, ignoreEnd: true, signal });
  await t.rejects(
    (async () => {
      for await (const _ of many);
    })(),
    { name: "TimeoutError" },
  );
});
