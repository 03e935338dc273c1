import t from "tap";
import { fakeGeneration } from "../helpers/fake-native.js";

t.test("chunks come as they arrive, then the end", async (t) => {
  const { generation, send, end, calls } = fakeGeneration();
  const first = generation.next();
  send(["a", "b"]);
  t.strictSame(await first, {
    done: false,
    value: {
      text: "ab",
      tokens: [
        { id: 0, text: "a", origin: "draft" },
        { id: 1, text: "b", origin: "draft" },
      ],
    },
  });
  const second = generation.next();
  end();
  t.strictSame(await second, { done: true, value: undefined });
  t.strictSame(await generation.next(), { done: true, value: undefined });
  t.equal(calls.ended, 1);
});

t.test("a slow reader gets what came meanwhile as one chunk", async (t) => {
  const { generation, send, end } = fakeGeneration();
  send(["a"]);
  send(["b"], "correction");
  send(["c"], "bonus");
  const { value } = await generation.next();
  t.equal(value?.text, "abc");
  t.strictSame(
    value?.tokens.map((token) => token.origin),
    ["draft", "correction", "bonus"],
  );
  send(["d"]);
  end();
  t.equal((await generation.next()).value?.text, "d");
  t.equal((await generation.next()).done, true);
});

t.test("several readers are served in order", async (t) => {
  const { generation, send, end } = fakeGeneration();
  const waiting = [generation.next(), generation.next(), generation.next()];
  send(["a"]);
  send(["b"]);
  end();
  t.strictSame(
    (await Promise.all(waiting)).map((item) => item.value?.text),
    ["a", "b", undefined],
  );
});

t.test("the result has everything, read or not", async (t) => {
  const { generation, send, end } = fakeGeneration();
  send(["a", ""]);
  send(["é"]);
  end("stop-string");
  const { text, tokens, finishReason, stats } = await generation.result;
  t.equal(text, "aé");
  t.equal(tokens.length, 3);
  t.equal(finishReason, "stop-string");
  t.equal(stats.generatedTokens, 3);
});

t.test("a failed pass delivers the text before it, throws once and ends", async (t) => {
  const { generation, send, end } = fakeGeneration();
  send(["a"]);
  end("aborted", { code: "EVAL_FAILED", message: "out of memory" });
  t.equal((await generation.next()).value?.text, "a");
  await t.rejects(generation.next(), { code: "EVAL_FAILED", message: /^Out of memory\. / });
  t.strictSame(await generation.next(), { done: true, value: undefined });
  await t.rejects(generation.result, { code: "EVAL_FAILED" });
});

t.test("an unknown native code still becomes a typed error", async (t) => {
  const { generation, end } = fakeGeneration();
  end("aborted", { code: "NEW_CODE", message: "x" });
  await t.rejects(generation.next(), { name: "EngineError", code: "EVAL_FAILED" });
});

t.test("break stops the native work, waits for its end and keeps what came", async (t) => {
  const { generation, send, end, calls } = fakeGeneration();
  send(["a"]);
  const loop = (async () => {
    for await (const _ of generation) break;
  })();
  await new Promise((resolve) => setImmediate(resolve));
  t.equal(calls.abort, 1);
  t.equal(calls.ended, 0, "the loop waits");
  send(["b"]);
  end("aborted");
  await loop;
  t.match(await generation.result, { finishReason: "aborted", text: "ab" });
  t.equal((await generation.next()).done, true);
});

t.test("abort() ends the iteration after what is finished", async (t) => {
  const { generation, send, end, calls } = fakeGeneration();
  generation.abort();
  send(["a"]);
  end("aborted");
  t.equal(calls.abort, 1);
  t.equal((await generation.next()).value?.text, "a");
  t.equal((await generation.next()).done, true);
  t.equal((await generation.result).finishReason, "aborted");
});

t.test(
  "a generation that is iterated pauses while a thousand tokens wait, and goes on once they are read",
  async (t) => {
    const { generation, send, end, calls } = fakeGeneration();
    send(Array(1023).fill("a"));
    t.equal(calls.pause, 0);
    send(["b", "c"]);
    send(["d"]);
    t.match(calls, { pause: 1, resume: 0 });
    t.equal((await generation.next()).value?.tokens.length, 1026);
    t.match(calls, { pause: 1, resume: 1 });
    send(Array(2000).fill("e"));
    t.equal(calls.pause, 2);
    end();
    t.equal((await generation.next()).value?.tokens.length, 2000);
  },
);

t.test("who asks for the result, or has left, is not waited for", async (t) => {
  const collected = fakeGeneration();
  collected.send(Array(2000).fill("a"));
  t.match(collected.calls, { pause: 1, resume: 0 });
  const { result } = collected.generation;
  t.match(collected.calls, { pause: 1, resume: 1 });
  collected.send(Array(2000).fill("a"));
  collected.end();
  t.equal((await result).tokens.length, 4000);
  t.equal(collected.calls.pause, 1);

  const left = fakeGeneration();
  left.send(Array(2000).fill("a"));
  const returned = left.generation.return();
  t.match(left.calls, { pause: 1, resume: 1, abort: 1 });
  left.end("aborted");
  await returned;
});

t.test("an abandoned generation goes on until it would wait for its reader, and ends there", async (t) => {
  const running = fakeGeneration();
  running.run.abandon();
  running.send(Array(1023).fill("a"));
  t.match(running.calls, { pause: 0, abort: 0 });
  running.send(["b"]);
  t.match(running.calls, { pause: 0, abort: 1 });
  running.end("aborted");
  t.equal(running.calls.ended, 1);

  const paused = fakeGeneration();
  paused.send(Array(1024).fill("a"));
  paused.run.abandon();
  t.match(paused.calls, { pause: 1, resume: 1, abort: 1 });
});

t.test("an abandoned generation still serves who has asked it already", async (t) => {
  const { generation, run, send, end, calls } = fakeGeneration();
  const first = generation.next();
  const { result } = generation;
  run.abandon();
  send(Array(1500).fill("a"));
  t.equal((await first).value?.tokens.length, 1500);
  send(Array(1500).fill("a"));
  end();
  t.equal((await result).tokens.length, 3000);
  t.equal(calls.abort, 0);
});
