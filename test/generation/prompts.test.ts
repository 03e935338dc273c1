import t from "tap";
import { fable, ids } from "../helpers/fable.js";

const LONG = "The king had three daughters, and the youngest was so fair that the sun wondered. ".repeat(12);

t.test("a prompt longer than a batch is evaluated in chunks, with the same text", async (t) => {
  const whole = await fable(t);
  const reference = await whole.complete(LONG, { maxTokens: 30, ignoreEnd: true });
  for (const batchSize of [1, 7, 32, 64, 100]) {
    const pair = await fable(t, { batchSize });
    const { stats, ...completion } = await pair.complete(LONG, { maxTokens: 30, ignoreEnd: true });
    t.strictSame(ids(completion), ids(reference), `batches of ${batchSize}`);
    t.ok(stats.targetPasses >= Math.ceil((stats.promptTokens - 1) / batchSize));
  }
});

t.test("text, token array and Int32Array are the same prompt", async (t) => {
  const pair = await fable(t);
  const tokens = pair.tokenize("Once upon a time");
  const [a, b, c] = [
    await pair.complete("Once upon a time", { maxTokens: 10 }),
    await pair.complete(tokens, { maxTokens: 10 }),
    await pair.complete([...tokens], { maxTokens: 10 }),
  ];
  t.strictSame(ids(a), ids(b));
  t.strictSame(ids(a), ids(c));
});

t.test("prompts that cannot be used", async (t) => {
  const pair = await fable(t, { contextSize: 32 });
  const { size } = pair.target.vocabulary;
  const refused = (prompt: unknown, expected: { code: string; message?: RegExp }) => {
    t.throws(() => pair.generate(prompt as string), expected);
    return t.rejects(pair.complete(prompt as string), expected);
  };
  await refused("", { code: "PROMPT_EMPTY" });
  await refused([], { code: "PROMPT_EMPTY" });
  await refused(new Int32Array(0), { code: "PROMPT_EMPTY" });
  await refused(LONG, { code: "PROMPT_TOO_LONG", message: /32/ });
  await refused([...Array(32).keys()], { code: "PROMPT_TOO_LONG" });
  await refused(undefined, {
    code: "OPTION_INVALID",
    message: /^Expected string, Int32Array or array of token ids for prompt/,
  });
  await refused(12, { code: "OPTION_INVALID" });
  await refused([1, 2.5], { code: "OPTION_INVALID", message: /for prompt\[1\] but received 2\.5/ });
  await refused([-1], { code: "OPTION_INVALID", message: /for prompt\[0\] but received -1/ });
  await refused(["a"], { code: "OPTION_INVALID" });
  await refused(Int32Array.of(size), {
    code: "OPTION_INVALID",
    message: new RegExp(`between 0 and ${size - 1} for prompt`),
  });
  t.equal(
    (await pair.complete([...Array(31).keys()], { ignoreEnd: true })).tokens.length,
    1,
    "one token of room is enough",
  );
});

t.test("tokens and text convert both ways", async (t) => {
  const pair = await fable(t);
  const text = "“Grüße”, said the 狐 🦊.";
  t.equal(pair.detokenize(pair.tokenize(text)), text);
  t.throws(() => pair.tokenize(3 as unknown as string), { code: "OPTION_INVALID" });
  t.throws(() => pair.detokenize([4096]), { code: "OPTION_INVALID" });
  t.throws(() => pair.tokenize("x", { special: true } as object), { code: "OPTION_UNKNOWN" });
});
