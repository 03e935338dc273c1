import t from "tap";
import { loadPair } from "../../lib/index.js";
import { fable } from "../helpers/fable.js";

t.test("closing while generating ends the generation with PAIR_CLOSED", async (t) => {
  const pair = await fable(t);
  const generation = pair.generate("Once upon a time", { maxTokens: 500, ignoreEnd: true });
  const waiting = pair.complete("Once", { maxTokens: 500, ignoreEnd: true });
  await generation.next();
  const closing = pair.close();
  await t.rejects(generation.next(), { name: "EngineError", code: "PAIR_CLOSED" });
  await t.rejects(generation.result, { code: "PAIR_CLOSED" });
  await t.rejects(waiting, { code: "PAIR_CLOSED" });
  await closing;
});

t.test("close is idempotent and every call waits", async (t) => {
  const pair = await fable(t);
  await Promise.all([pair.close(), pair.close()]);
  await pair.close();
  await pair[Symbol.asyncDispose]();
  t.pass("closed four times");
});

t.test("a closed pair refuses everything", async (t) => {
  const pair = await fable(t);
  await pair.close();
  t.throws(() => pair.generate("x"), { code: "PAIR_CLOSED" });
  t.throws(() => pair.tokenize("x"), { code: "PAIR_CLOSED" });
  t.throws(() => pair.detokenize([1]), { code: "PAIR_CLOSED" });
  await t.rejects(pair.complete("x"), { code: "PAIR_CLOSED" });
  await t.rejects(pair.measure(), { code: "PAIR_CLOSED" });
  t.equal(pair.target.architecture, "gptneox", "what is known of the models stays");
});

t.test("two pairs work side by side, and closing one leaves the other", async (t) => {
  const [a, b] = await Promise.all([fable(t), fable(t, { draft: "fable-5m" })]);
  const options = { maxTokens: 60, ignoreEnd: true };
  const alone = await a.complete("Once upon a time", options);
  const both = await Promise.all([
    a.complete("Once upon a time", options),
    b.complete("Once upon a time", options),
  ]);
  for (const { text } of both) t.equal(text, alone.text);
  await a.close();
  t.equal((await b.complete("Once upon a time", options)).text, alone.text);
});

t.test("generations asked for at once run one after another", async (t) => {
  const pair = await fable(t);
  const options = { maxTokens: 20, ignoreEnd: true };
  const expected = await pair.complete("The fox", options);
  const all = await Promise.all(Array.from({ length: 8 }, () => pair.complete("The fox", options)));
  for (const { text } of all) t.equal(text, expected.text);
});

t.test("loading and closing again and again", async (t) => {
  for (let i = 0; i < 10; i++) {
    const pair = await loadPair({ target: "fable-17m", draft: "fable-1m" });
    const generation = pair.generate("Once", { maxTokens: 100 });
    if (i % 2 === 0) await generation.next();
    await pair.close();
  }
  t.pass("ten pairs came and went");
});
