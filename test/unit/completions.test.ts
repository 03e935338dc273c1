import t from "tap";
import { Completions } from "../../lib/completions.js";
import { createError } from "../../lib/errors.js";
import { fakeGeneration } from "../helpers/fake-native.js";

/** Many completions whose native side is played by the test. */
function fakeMany(requests: Iterable<string> | AsyncIterable<string>, concurrency: number) {
  const started: (ReturnType<typeof fakeGeneration> & { request: string })[] = [];
  const controller = new AbortController();
  const many = new Completions(requests, { concurrency, signal: controller.signal }, (request) => {
    if (request === "bad") throw createError("PROMPT_EMPTY", "x");
    const fake = fakeGeneration();
    started.push({ request, ...fake });
    return fake.generation;
  });
  const end = (request: string) => started.find((one) => one.request === request)?.end();
  return { many, end, controller, started, requests: () => started.map(({ request }) => request) };
}

/** What has been asked of it so far. */
function source(texts: string[]) {
  const seen: string[] = [];
  let closed = 0;
  async function* generate() {
    try {
      for (const text of texts) {
        seen.push(text);
        yield text;
      }
    } finally {
      closed++;
    }
  }
  return { seen, generate, closed: () => closed };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

t.test("results come in the order in which they are finished", async (t) => {
  const { many, end } = fakeMany(["a", "b", "c"], 3);
  const first = many.next();
  await settled();
  for (const request of ["b", "a", "c"]) end(request);
  t.match(await first, { value: { index: 1, request: "b", error: null, completion: { text: "" } } });
  t.match(await many.next(), { value: { index: 0, request: "a" } });
  t.match(await many.next(), { value: { index: 2, request: "c" } });
  t.strictSame(await many.next(), { done: true, value: undefined });
  t.strictSame(await many.next(), { done: true, value: undefined });
});

t.test("nothing is taken before the first next(), nor while results wait to be read", async (t) => {
  const { seen, generate } = source(["a", "b", "c", "d", "e"]);
  const { many, end, requests } = fakeMany(generate(), 2);
  await settled();
  t.strictSame(seen, []);
  const first = many.next();
  await settled();
  t.strictSame(requests(), ["a", "b"]);
  end("a");
  await first;
  await settled();
  t.strictSame(seen, ["a", "b", "c"], "a's place is free");
  end("b");
  end("c");
  await settled();
  t.strictSame(seen, ["a", "b", "c"], "b and c are not read yet");
  await many.next();
  await settled();
  t.strictSame(requests(), ["a", "b", "c", "d"]);
  const left = many.return();
  end("d");
  await left;
});

t.test("a request that fails is a result, and the others go on", async (t) => {
  const { many, end, started } = fakeMany(["bad", "a", "b"], 1);
  t.match(await many.next(), {
    value: { index: 0, request: "bad", completion: null, error: { code: "PROMPT_EMPTY" } },
  });
  const second = many.next();
  await settled();
  started[0]?.end("aborted", { code: "EVAL_FAILED", message: "x" });
  t.match(await second, { value: { index: 1, completion: null, error: { code: "EVAL_FAILED" } } });
  const third = many.next();
  await settled();
  end("b");
  t.match(await third, { value: { index: 2, error: null } });
  t.match(await many.next(), { done: true });
});

t.test("an abort stops what runs, gives what is finished, then its reason, then the end", async (t) => {
  const { seen, generate, closed } = source(["a", "b", "c"]);
  const { many, end, controller, started } = fakeMany(generate(), 2);
  const first = many.next();
  await settled();
  end("a");
  await first;
  await settled();
  end("b");
  await settled();
  controller.abort(new Error("enough"));
  await settled();
  t.equal(started[2]?.calls.abort, 1);
  t.match(await many.next(), { value: { request: "b" } });
  const rejected = t.rejects(many.next(), { message: "enough" });
  end("c");
  await rejected;
  t.match(await many.next(), { done: true });
  t.strictSame(seen, ["a", "b", "c"]);
  t.equal(closed(), 1, "the iterable was closed");
});

t.test("aborted before it begins, nothing is started", async (t) => {
  const { many, controller, requests } = fakeMany(["a"], 1);
  controller.abort(new Error("never"));
  await t.rejects(many.next(), { message: "never" });
  t.strictSame(requests(), []);
});

t.test("leaving the loop stops what runs, waits for its end and closes the iterable", async (t) => {
  const { generate, closed } = source(["a", "b", "c"]);
  const { many, end, started } = fakeMany(generate(), 2);
  let isLeft = false;
  const loop = (async () => {
    for await (const _ of many) break;
    isLeft = true;
  })();
  await settled();
  end("a");
  await settled();
  t.equal(started[1]?.calls.abort, 1);
  t.notOk(isLeft, "b has not ended");
  end("b");
  end("c");
  await loop;
  t.equal(closed(), 1);
  t.match(await many.next(), { done: true });
});

t.test("leaving the loop waits for no request that is still to come", async (t) => {
  async function* silent() {
    yield "a";
    await new Promise(() => {});
  }
  const next = silent();
  const refusing = {
    [Symbol.asyncIterator]: () => ({
      next: () => next.next(),
      return: () => Promise.reject(new Error("late")),
    }),
  };
  for (const requests of [silent(), refusing]) {
    const { many, end } = fakeMany(requests, 2);
    const first = many.next();
    await settled();
    end("a");
    await first;
    t.match(await many.return(), { done: true });
  }
});

t.test("an error of the iterable and a closed pair end everything", async (t) => {
  async function* broken() {
    yield "a";
    throw new Error("disk");
  }
  const { many, started, end } = fakeMany(broken(), 2);
  const first = t.rejects(many.next(), { message: "disk" });
  await settled();
  t.equal(started[0]?.calls.abort, 1);
  end("a");
  await first;
  t.match(await many.next(), { done: true });

  const closing = fakeMany(["a", "b"], 1);
  const next = t.rejects(closing.many.next(), { code: "PAIR_CLOSED" });
  await settled();
  closing.started[0]?.run.fail(createError("PAIR_CLOSED", "x"));
  await next;
  t.strictSame(closing.requests(), ["a"]);
});
