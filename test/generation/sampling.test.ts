import t from "tap";
import type { GenerateOptions } from "../../lib/index.js";
import { fable, ids, prompts } from "../helpers/fable.js";

const SAMPLED = { maxTokens: 40, temperature: 0.9, ignoreEnd: true } satisfies GenerateOptions;

t.test("one seed gives one text, two seeds give two", async (t) => {
  const pair = await fable(t, { deterministic: true });
  for (const verification of ["sample-match", "rejection", "block"] as const) {
    const text = async (seed: number) =>
      ids(await pair.complete("Once upon a time", { ...SAMPLED, seed, verification }));
    t.strictSame(await text(1), await text(1), verification);
    t.notSame(await text(1), await text(2), verification);
  }
});

t.test("without a seed one is drawn and reported, and gives the text again", async (t) => {
  const pair = await fable(t, { deterministic: true });
  const first = await pair.complete("Once upon a time", SAMPLED);
  t.strictSame(ids(await pair.complete("Once upon a time", { ...SAMPLED, seed: first.seed })), ids(first));
});

t.test("sample-and-match gives the text of plain decoding, whatever is drafted", async (t) => {
  const pair = await fable(t, { draft: { type: "combined", model: "fable-1m" } });
  for (const [seed, prompt] of prompts.slice(0, 4).entries()) {
    const plain = ids(await pair.complete(prompt, { ...SAMPLED, seed, draft: false }));
    for (const draft of [{}, { policy: "fixed", maxTokens: 6 }, { type: "ngram" }] as const) {
      for (const choice of ["likeliest", "sampled"] as const) {
        const options = {
          ...SAMPLED,
          seed,
          verification: "sample-match",
          draft: { ...draft, choice },
        } as const;
        t.strictSame(ids(await pair.complete(prompt, options)), plain, JSON.stringify({ draft, choice }));
      }
    }
  }
});

t.test("top-k 1 is greedy at any temperature", async (t) => {
  const pair = await fable(t);
  const greedy = ids(await pair.complete("The old king", { maxTokens: 40 }));
  t.strictSame(ids(await pair.complete("The old king", { maxTokens: 40, temperature: 5, topK: 1 })), greedy);
});

t.test("a banned token is never written, drafted or not; a favoured one always", async (t) => {
  const pair = await fable(t);
  const plain = ids(await pair.complete("Once upon a time", { maxTokens: 40 }));
  const banned = plain[3] ?? 0;
  const without = ids(
    await pair.complete("Once upon a time", { maxTokens: 40, logitBias: { [banned]: false } }),
  );
  t.notOk(without.includes(banned));
  t.strictSame(without.slice(0, 3), plain.slice(0, 3));
  const only = ids(await pair.complete("Once", { maxTokens: 5, logitBias: { 300: 1000 }, temperature: 1 }));
  t.strictSame(only, [300, 300, 300, 300, 300]);
});

t.test("penalties make a text repeat itself less, the same with and without a draft", async (t) => {
  const pair = await fable(t);
  const options = { maxTokens: 120, ignoreEnd: true } as const;
  const penalised = { ...options, repeatPenalty: 1.3, frequencyPenalty: 0.5, presencePenalty: 0.5 } as const;
  const kinds = (tokens: number[]) => new Set(tokens).size;
  const drafted = ids(await pair.complete("The fox", penalised));
  t.strictSame(drafted, ids(await pair.complete("The fox", { ...penalised, draft: false })));
  t.ok(kinds(drafted) > kinds(ids(await pair.complete("The fox", options))));
});

t.test(
  "a bias that leaves nothing ends the generation with a typed error; the pair stays usable",
  async (t) => {
    const pair = await fable(t);
    const everything = Object.fromEntries(Array.from({ length: 4096 }, (_, id) => [id, false as const]));
    for (const temperature of [0, 1]) {
      await t.rejects(pair.complete("The fox", { temperature, logitBias: everything }), {
        name: "EngineError",
        code: "NO_TOKEN_ALLOWED",
      });
    }
    t.equal((await pair.complete("The fox", { maxTokens: 3 })).tokens.length, 3);
  },
);
