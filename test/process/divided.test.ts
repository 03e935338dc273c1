/** A target whose matrices are divided among workers: splitMode "row". */
import t from "tap";
import { estimateMemory, type Pair } from "../../lib/index.js";
import { fable, ids, prompts } from "../helpers/fable.js";
import { rewrite, text } from "../helpers/gguf.js";
import { startWorker } from "../helpers/worker.js";

/** Nats between two tokens that rounding may swap: devices sum their parts of a product, and the sums are added. */
const MARGIN = 0.05;

t.test("a target divided among two workers", async (t) => {
  const devices = [await startWorker(t), await startWorker(t)].map(({ address }) => address);
  const divided = { devices, splitMode: "row" } as const;

  await t.test("is accounted for: a part like the other on each, the draft here", async (t) => {
    const sizes = { target: "fable-17m", draft: "fable-1m", contextSize: 256 };
    const whole = await estimateMemory({ ...sizes, devices });
    const { devices: uses } = await estimateMemory({ ...sizes, ...divided });
    t.match(
      uses.map(({ name }) => name),
      ["RPC0", "RPC1", "CPU"],
    );
    const [first, second] = uses;
    t.strictSame(first?.target, second?.target);
    for (const part of ["weights", "cache"] as const) {
      const all = whole.devices.slice(0, 2).reduce((bytes, { target }) => bytes + target[part], 0);
      const mine = (first?.target[part] ?? 0) + (second?.target[part] ?? 0);
      t.ok(Math.abs(mine - all) < all / 50, `${part}: ${mine} of ${all}`);
    }
    t.match(first?.draft, { weights: 0, cache: 0, compute: 0 });
  });

  await t.test("writes its own text with a draft, and that of one machine but for rounding", async (t) => {
    const local: Pair = await fable(t);
    const pair: Pair = await fable(t, divided);
    t.strictSame(pair.gpuLayers, { target: 9, draft: 0 });
    for (const prompt of prompts.slice(0, 3)) {
      const options = { maxTokens: 40, ignoreEnd: true };
      const here = await local.complete(prompt, { ...options, logprobs: 5 });
      const plain = await pair.complete(prompt, { ...options, draft: false, logprobs: 0 });
      const drafted = await pair.complete(prompt, { ...options, draft: { policy: "fixed", maxTokens: 3 } });
      t.strictSame(ids(drafted), ids(plain));
      t.ok(drafted.stats.accepted > 0, "drafting");
      const at = here.tokens.findIndex(({ id }, i) => plain.tokens[i]?.id !== id);
      for (const [i, { logprob = 0 }] of here.tokens.slice(0, at < 0 ? undefined : at).entries())
        t.ok(Math.abs(logprob - (plain.tokens[i]?.logprob ?? Infinity)) < MARGIN, `${prompt}: token ${i}`);
      if (at < 0) continue;
      const { logprob = 0, topLogprobs = [] } = here.tokens[at] ?? {};
      const other = topLogprobs.find(({ id }) => id === plain.tokens[at]?.id);
      t.ok(logprob - (other?.logprob ?? -Infinity) < MARGIN, `${prompt}: token ${at} is another by rounding`);
    }
    const session = pair.session();
    await session.complete("Once upon a time", { maxTokens: 8 });
    const fork = session.fork();
    const [a, b] = [
      await session.complete(" The fox", { maxTokens: 20 }),
      await fork.complete(" The fox", { maxTokens: 20 }),
    ];
    t.strictSame(ids(a), ids(b), "caches are copied and kept");
    await pair.close();
  });

  await t.test("keeps texts within promptCacheBytes, those of both devices", async (t) => {
    const sizes = {
      ...divided,
      target: "fable-17m",
      draft: false,
      contextSize: 256,
      maxSequences: 2,
    } as const;
    const { devices: uses } = await estimateMemory(sizes);
    const cell = uses.reduce((bytes, { target }) => bytes + target.cache, 0) / (256 * 2);
    const pair = await fable(t, { ...sizes, promptCacheBytes: Math.ceil(40 * cell) });
    const texts = ["Once upon a time there was", "The king said to the fox", "A ship sailed out"];
    const cached = async (text: string) =>
      (await pair.complete(text, { maxTokens: 10, ignoreEnd: true })).stats.cachedTokens > 0;
    for (const text of texts) await cached(text);
    const found = [];
    for (const text of texts.toReversed()) found.unshift(await cached(text));
    t.strictSame(found, [false, true, true]);
    await pair.close();
  });

  await t.test("is refused where llama.cpp cannot divide it", async (t) => {
    const target = rewrite("fable-1m", `${t.testdir()}/olmo2.gguf`, ({ metadata }) => {
      for (const [key, value] of [...metadata]) {
        if (key.startsWith("gptneox.")) metadata.set(key.replace("gptneox", "olmo2"), value);
      }
      metadata.set("general.architecture", text("olmo2"));
    });
    await t.rejects(fable(t, { ...divided, target, draft: false }), {
      code: "MODEL_ARCHITECTURE_UNSUPPORTED",
      message: /'olmo2' .*splitMode: "layer"/,
    });
  });
});

t.test("one worker alone holds all of it", async (t) => {
  const devices = [(await startWorker(t)).address];
  const options = { maxTokens: 20, ignoreEnd: true };
  const [local, pair] = [await fable(t), await fable(t, { devices, splitMode: "row" })];
  const here = await local.complete("The fox", options);
  t.equal((await pair.complete("The fox", options)).text, here.text);
});
