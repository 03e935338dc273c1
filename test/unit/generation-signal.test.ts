import { getEventListeners } from "node:events";
import t from "tap";
import { createError } from "../../lib/errors.js";
import { fakeGeneration } from "../helpers/fake-native.js";

t.test("aborted before: native code is never asked", async (t) => {
  const reason = new Error("no longer needed");
  const { generation, calls } = fakeGeneration(AbortSignal.abort(reason));
  t.equal(calls.started, 0);
  t.equal(calls.ended, 1);
  t.equal(await generation.next().catch((error) => error), reason);
  t.equal(await generation.result.catch((error) => error), reason);
});

t.test(
  "aborted meanwhile: unread text is dropped and the reason thrown once the work has stopped",
  async (t) => {
    const controller = new AbortController();
    const { generation, send, end, calls } = fakeGeneration(controller.signal);
    send(["a"]);
    controller.abort();
    t.equal(calls.abort, 1);
    const next = generation.next();
    send(["b"]);
    end("aborted");
    await t.rejects(next, { name: "AbortError" });
    t.equal(await generation.result.catch((error) => error), controller.signal.reason);
  },
);

t.test("aborted after: nothing changes", async (t) => {
  const controller = new AbortController();
  const { generation, send, end, calls } = fakeGeneration(controller.signal);
  send(["a"]);
  end();
  controller.abort();
  t.equal(calls.abort, 0);
  t.equal((await generation.next()).value?.text, "a");
  t.equal((await generation.result).text, "a");
});

t.test("no listener stays on the signal, however it ends", async (t) => {
  const { signal } = new AbortController();
  const listeners = () => getEventListeners(signal, "abort").length;
  const ways = [
    (fake: ReturnType<typeof fakeGeneration>) => fake.end(),
    (fake: ReturnType<typeof fakeGeneration>) => fake.end("aborted", { code: "EVAL_FAILED", message: "x" }),
    (fake: ReturnType<typeof fakeGeneration>) => fake.run.fail(createError("PAIR_CLOSED", "x")),
  ];
  for (const way of ways) {
    const fake = fakeGeneration(signal);
    t.equal(listeners(), 1);
    way(fake);
    t.equal(listeners(), 0);
    t.equal(fake.calls.ended, 1);
  }
});

t.test("closing fails the generation at once; late batches are ignored", async (t) => {
  const { generation, run, send, end, calls } = fakeGeneration();
  send(["a"]);
  const error = createError("PAIR_CLOSED", "x");
  run.fail(error);
  send(["b"]);
  end();
  t.equal(await generation.next().catch((reason) => reason), error);
  t.equal((await generation.next()).done, true);
  t.equal(calls.ended, 1);
});

t.test("a result nobody looks at is no unhandled rejection", async (t) => {
  let unhandled = 0;
  const count = () => unhandled++;
  process.on("unhandledRejection", count);
  t.teardown(() => process.off("unhandledRejection", count));
  fakeGeneration().end("aborted", { code: "EVAL_FAILED", message: "x" });
  await new Promise((resolve) => setTimeout(resolve, 10));
  t.equal(unhandled, 0);
});
