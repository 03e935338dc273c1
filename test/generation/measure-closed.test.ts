import t from "tap";
import { fable } from "../helpers/fable.js";

t.test("closing while measuring ends the measurement with PAIR_CLOSED", async (t) => {
  const pair = await fable(t);
  const measuring = pair.measure({ repeats: 1000 });
  const rejected = t.rejects(measuring, { name: "EngineError", code: "PAIR_CLOSED" });
  await new Promise((resolve) => setTimeout(resolve, 30));
  await pair.close();
  await rejected;
});

t.test("closing before the first pass does too", async (t) => {
  const pair = await fable(t);
  const rejected = t.rejects(pair.measure(), { code: "PAIR_CLOSED" });
  await pair.close();
  await rejected;
});

t.test("closing while a generation and a measurement are asked for", async (t) => {
  const pair = await fable(t);
  const generation = pair.complete("Once", { maxTokens: 400, ignoreEnd: true });
  const rejected = [
    t.rejects(generation, { code: "PAIR_CLOSED" }),
    t.rejects(pair.measure(), { code: "PAIR_CLOSED" }),
  ];
  await pair.close();
  await Promise.all(rejected);
});

t.test("closing while the first of a burst waits for the others leaves nothing pending", async (t) => {
  // By which it waits for a second.
  const costProfile = { target: [[1, 10_000] as [number, number]], draft: [] };
  const pair = await fable(t, { draft: false, maxSequences: 4, deterministic: true, costProfile });
  const asked = [pair.complete("Once", { maxTokens: 400, ignoreEnd: true }), pair.costProfile()];
  const settled = Promise.allSettled(asked);
  await new Promise((resolve) => setTimeout(resolve, 30));
  await pair.close();
  t.equal((await settled).length, asked.length);
});

t.test("what is wrong with the options is said even while closing", async (t) => {
  const pair = await fable(t);
  const rejected = t.rejects(pair.measure({ repeats: 0 }), { code: "OPTION_INVALID" });
  await pair.close();
  await rejected;
});
