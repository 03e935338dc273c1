import { join } from "node:path";
import t, { type Test } from "tap";
import { estimateMemory, loadPair, MemoryError, type PairOptions } from "../../lib/index.js";
import { resolveModel } from "../../lib/model-files.js";
import { planMemory } from "../../lib/plan-memory.js";
import { memoryError } from "../../lib/refuse-memory.js";
import { resolvePairOptions } from "../../lib/resolve-options.js";
import { fable, prompts } from "../helpers/fable.js";
import { rewrite, uint32 } from "../helpers/gguf.js";

const PAIR = { target: "fable-17m", draft: "fable-1m" };

const TRAINED = 8192;

/** What a pair of longer contexts would be loaded with on a machine with that much memory. */
async function machine(t: Test) {
  const longer = (name: string) =>
    rewrite(name, join(t.testdir({}), `${name}.gguf`), ({ metadata }) =>
      metadata.set("gptneox.context_length", uint32(TRAINED)),
    );
  const files = { target: longer("fable-5m"), draft: await resolveModel("fable-1m") };
  const plan = (free: number, options: Partial<PairOptions>) =>
    planMemory(resolvePairOptions({ ...files, ...options }), files, () => free);
  return { files, plan };
}

t.test("an estimate has what the models say of themselves, and grows as caches do", async (t) => {
  const pair = await fable(t);
  const estimate = await estimateMemory(PAIR);
  t.equal(estimate.contextSize, pair.contextSize);
  t.equal(estimate.fits, true);
  const [cpu, ...others] = estimate.devices;
  t.strictSame(others, []);
  t.match(cpu, { type: "cpu", target: { weights: pair.target.weightBytes }, bytes: estimate.bytes });
  t.equal(cpu?.draft?.weights, pair.draft?.weightBytes);

  const { layers, embeddingSize } = pair.target;
  const cacheOf = async (options: Partial<PairOptions>) =>
    (await estimateMemory({ ...PAIR, ...options })).devices[0]?.target.cache;
  const f16 = 2 * layers * embeddingSize * 2;
  t.equal(await cacheOf({ contextSize: 512 }), 512 * f16);
  t.equal(await cacheOf({ contextSize: 256 }), 256 * f16);
  t.equal(await cacheOf({ contextSize: 256, kvType: "f32" }), 256 * f16 * 2);
  t.equal(await cacheOf({ contextSize: 256, kvType: "q8_0" }), (256 * f16 * 34) / 64);
});

t.test("one file as target and draft has its weights once; without a draft there is none", async (t) => {
  const twice = await estimateMemory({ target: "fable-1m", draft: "fable-1m" });
  t.equal(twice.devices[0]?.draft?.weights, 0);
  t.ok((twice.devices[0]?.draft?.cache ?? 0) > 0);
  for (const draft of [false, { type: "ngram" }] as const)
    t.equal((await estimateMemory({ target: "fable-1m", draft })).devices[0]?.draft, null);
});

t.test("a context of its own choosing is the longest that leaves a reserve", async (t) => {
  const { plan } = await machine(t);
  t.equal((await plan(1e12, {})).contextSize, 4096, "the default");
  const all = await plan(1e12, { contextSize: "auto" });
  t.equal(all.contextSize, TRAINED);
  const shortest = await plan(1e12, { contextSize: 512 });
  const free = ((all.bytes + shortest.bytes) / 2) * 1.12;
  const chosen = await plan(free, { contextSize: "auto" });
  t.ok(chosen.contextSize > 512 && chosen.contextSize < TRAINED, `${chosen.contextSize} tokens`);
  t.ok(chosen.fits && chosen.bytes <= free * 0.9);
  const longer = await plan(free, { contextSize: chosen.contextSize + 256 });
  t.ok(longer.bytes > free * 0.9, "and not a step longer");
});

t.test("sequences of its own choosing are as many as fit, before contexts grow", async (t) => {
  const { plan } = await machine(t);
  const auto = { maxSequences: "auto", contextSize: 1024 } as const;
  t.match(await plan(1e12, auto), { maxSequences: 16, contextSize: 1024 });
  const four = await plan(1e12, { ...auto, maxSequences: 4 });
  const free = four.bytes * 1.12;
  t.match(await plan(free, auto), { maxSequences: 4, contextSize: 1024 });
  const both = await plan(1e12, { maxSequences: "auto", contextSize: "auto" });
  t.match(both, { maxSequences: 16, contextSize: TRAINED });
  t.match(await plan(1, auto), { maxSequences: 1, fits: false });
});

t.test("what does not fit is refused with the numbers and three ways out", async (t) => {
  const { files, plan } = await machine(t);
  const free = (await plan(1e12, { contextSize: 2048 })).bytes;
  const estimate = await plan(free, { contextSize: TRAINED });
  t.equal(estimate.fits, false);
  const options = resolvePairOptions({ ...files, contextSize: TRAINED });
  const error = await memoryError(estimate, options, files, () => free);
  t.ok(error instanceof MemoryError);
  t.equal(error.code, "MEMORY_INSUFFICIENT");
  t.equal(error.estimate, estimate);
  t.match(
    error.message,
    /has [\d.]+ MiB free of the [\d.]+ MiB needed \(weights [\d.]+ MiB, cache [\d.]+ MiB, passes [\d.]+ MiB\); contextSize: \d+ would fit; kvType: "q8_0" would save about [\d.]+ MiB; draft: false would save [\d.]+ MiB/,
  );
});

t.test("a way out is one: only what is possible and not done already is named", async (t) => {
  const { files, plan } = await machine(t);
  // What is chosen leaves a tenth.
  const free = (await plan(1e12, { contextSize: 512, maxSequences: 2 })).bytes * 1.12;
  const wanted = { contextSize: 512, maxSequences: 8 };
  const message = async (options: Partial<PairOptions>) => {
    const resolved = resolvePairOptions({ ...files, ...wanted, ...options });
    return (await memoryError(await plan(free, { ...wanted, ...options }), resolved, files, () => free))
      .message;
  };
  t.match(await message({}), /maxSequences: 2 would fit; kvType: "q8_0" .*; draft: false/);
  const plain = await message({ flashAttention: false });
  t.notMatch(plain, /kvType: "q8_0"/, "which needs flashAttention");
  t.equal(plain.split("; ").length - 1, 3, plain);
});

t.test("three ways out are left where the weights alone are too large", async (t) => {
  const files = { target: await resolveModel("fable-17m"), draft: null };
  const options = resolvePairOptions({ target: files.target, draft: false, kvType: "q8_0" });
  const none = () => 1;
  const { message } = await memoryError(await planMemory(options, files, none), options, files, none);
  t.match(
    message,
    /; smaller or quantised weights would save a part of [\d.]+ MiB; freeing [\d.]+ MiB of CPU would do; checkMemory: false loads it all the same\./,
  );
});

t.test("a pair with quantised caches writes its target's own text with and without a draft", async (t) => {
  const pair = await fable(t, { kvType: "q8_0", draft: { model: "fable-1m", kvType: "f16" } });
  for (const prompt of prompts.slice(0, 3)) {
    const options = { maxTokens: 40, ignoreEnd: true };
    const alone = await pair.complete(prompt, { ...options, draft: false });
    t.equal((await pair.complete(prompt, options)).text, alone.text);
  }
});

t.test("loading asks for memory before weights, unless told not to", async (t) => {
  const { constrainedMemory } = process;
  // As in a container that has no more left.
  process.constrainedMemory = () => 1;
  t.teardown(() => Object.assign(process, { constrainedMemory }));
  await t.rejects(loadPair(PAIR), {
    name: "MemoryError",
    code: "MEMORY_INSUFFICIENT",
    message: /has 0\.0 MiB free/,
    stack: /memory\.test/,
  });
  const pair = await loadPair({ ...PAIR, checkMemory: false, threads: 1 });
  await pair.close();
  await t.rejects(estimateMemory({ ...PAIR, contextSize: 2 ** 20 }), { code: "CONTEXT_TOO_LARGE" });
});
