import t from "tap";
import * as resolving from "../../lib/resolve-options.js";

const VOCABULARY = 100;
const pairDraft = (draft: object) =>
  resolving.resolvePairOptions({ target: "t", draft: { model: "d", ...draft } }).draft;
const fixed3 = pairDraft({ policy: "fixed" });
const resolveGenerateOptions = (options: unknown, draft = fixed3) =>
  resolving.resolveGenerateOptions(options, { draft, vocabulary: VOCABULARY, deterministic: false });

t.test("defaults: 256 tokens, the likeliest ones, drafted as the pair was loaded", async (t) => {
  const { seed, ...rest } = resolveGenerateOptions({});
  t.ok(Number.isInteger(seed));
  t.match(rest, {
    maxTokens: 256,
    draft: fixed3,
    stop: [],
    stopTokens: [],
    ignoreEnd: false,
    priority: 0,
    cachePrompt: true,
    signal: null,
    grammar: null,
    topLogprobs: -1,
    verification: "sample-match",
  });
  t.match(rest.sampling, { temperature: 0, topK: 40, topP: 0.95, minP: 0.05, typicalP: 1, penaltyLastN: 64 });
  t.match(rest.sampling, { repeatPenalty: 1, frequencyPenalty: 0, presencePenalty: 0 });
  t.equal(resolveGenerateOptions({}, null).draft, null);
});

t.test("the draft of one generation", async (t) => {
  t.equal(resolveGenerateOptions({ draft: false }).draft, null);
  t.match(resolveGenerateOptions({ draft: { maxTokens: 15 } }).draft, { policy: "fixed", maxTokens: 15 });
  t.match(resolveGenerateOptions({ draft: { policy: "adaptive" } }).draft, { maxTokens: 16, type: "model" });
  t.match(resolveGenerateOptions({ draft: {} }, pairDraft({ maxTokens: 5 })).draft, { maxTokens: 5 });
  t.equal(resolveGenerateOptions({ draft: { maxTokens: 0 } }, null).draft, null);
  t.throws(() => resolveGenerateOptions({ draft: { maxTokens: 2 } }, null), {
    code: "OPTION_INVALID",
    message: /^Expected draft: false for a pair loaded without a draft/,
  });
});

t.test("a combined pair drafts with either; others only with what they have", async (t) => {
  const combined = resolving.resolvePairOptions({
    target: "t",
    draft: { type: "combined", model: "d" },
  }).draft;
  t.equal(resolveGenerateOptions({ draft: { type: "ngram" } }, combined).draft?.type, "ngram");
  t.throws(() => resolveGenerateOptions({ draft: { type: "ngram" } }), {
    code: "OPTION_INVALID",
    message: /^Expected "model", what the pair was loaded with, for draft\.type but received "ngram"/,
  });
});

t.test("sampling is checked by block verification unless told otherwise; biases become pairs", async (t) => {
  t.equal(resolveGenerateOptions({ temperature: 1 }).verification, "block");
  t.equal(resolveGenerateOptions({ temperature: 1, verification: "rejection" }).verification, "rejection");
  const { sampling } = resolveGenerateOptions({ logitBias: { 3: -1.5, 99: false } });
  t.strictSame(sampling.logitBias, [
    [3, -1.5],
    [99, Number.NEGATIVE_INFINITY],
  ]);
  t.equal(resolveGenerateOptions({ seed: 2 ** 53 - 1 }).seed, 2 ** 53 - 1);
});

t.test("a JSON schema becomes a grammar", async (t) => {
  t.match(resolveGenerateOptions({ jsonSchema: { type: "boolean" } }).grammar, /root ::=/);
  t.throws(() => resolveGenerateOptions({ jsonSchema: { not: {} } }), { code: "SCHEMA_UNSUPPORTED" });
  t.throws(() => resolveGenerateOptions({ jsonSchema: {}, grammar: 'root ::= "a"' }), {
    code: "OPTION_INVALID",
    message: /^Expected grammar or jsonSchema but received both/,
  });
});

t.test("a deterministic pair shares prompts only where asked to", async (t) => {
  const pair = { draft: fixed3, vocabulary: VOCABULARY, deterministic: true };
  t.equal(resolving.resolveGenerateOptions({}, pair).cachePrompt, false);
  t.equal(resolving.resolveGenerateOptions({ cachePrompt: true }, pair).cachePrompt, true);
});

t.test("stop tokens are tokens of the target's vocabulary", async (t) => {
  t.strictSame(resolveGenerateOptions({ stopTokens: [3, 7] }).stopTokens, [3, 7]);
  for (const stopTokens of [3, ["a"], [-1], [2 ** 31], Array(65).fill(1)])
    t.throws(() => resolveGenerateOptions({ stopTokens }), { code: "OPTION_INVALID", message: /stopTokens/ });
});

t.test("stop strings come alone or as a list", async (t) => {
  t.strictSame(resolveGenerateOptions({ stop: "." }).stop, ["."]);
  t.strictSame(resolveGenerateOptions({ stop: [".", "\n"] }).stop, [".", "\n"]);
  t.strictSame(resolveGenerateOptions({ stop: [] }).stop, []);
});

const bad: [name: string, options: unknown, message: RegExp][] = [
  ["options of the wrong type", 12, /^Expected object for options but received 12 of type number/],
  ["an array", [], /^Expected object for options but received an array of type object/],
  [
    "no tokens",
    { maxTokens: 0 },
    /^Expected integer between 1 and 1048576 for maxTokens but received 0 of type number/,
  ],
  ["NaN tokens", { maxTokens: Number.NaN }, /for maxTokens but received NaN/],
  ["too many tokens", { maxTokens: 1e9 }, /for maxTokens but received 1000000000/],
  ["tokens as text", { maxTokens: "9" }, /for maxTokens but received "9" of type string/],
  ["draft: true", { draft: true }, /^Expected object or false for draft but received true/],
  ["a NaN draft length", { draft: { maxTokens: Number.NaN } }, /for draft\.maxTokens but received NaN/],
  ["an empty stop string", { stop: "" }, /^Expected non-empty string for stop but received ""/],
  ["an empty stop string in a list", { stop: ["a", ""] }, /for stop\[1\] but received ""/],
  ["a stop that is no text", { stop: [1] }, /for stop\[0\] but received 1/],
  [
    "too many stop strings",
    { stop: Array(65).fill("x") },
    /^Expected at most 64 strings for stop but received 65/,
  ],
  ["a negative temperature", { temperature: -1 }, /^Expected number between 0 and 100 for temperature/],
  ["a NaN temperature", { temperature: Number.NaN }, /for temperature but received NaN of type number/],
  ["a temperature of null", { temperature: null }, /for temperature but received null/],
  ["half a token", { topK: 1.5 }, /^Expected integer between 0 and 1048576 for topK but received 1\.5/],
  ["more than everything", { topP: 1.1 }, /^Expected number between 0 and 1 for topP/],
  ["minP as text", { minP: "0.1" }, /for minP but received "0\.1" of type string/],
  ["a repeat penalty of 0", { repeatPenalty: 0 }, /for repeatPenalty but received 0/],
  ["an endless presence penalty", { presencePenalty: Number.POSITIVE_INFINITY }, /for presencePenalty/],
  [
    "a bias of words",
    { logitBias: { cat: 1 } },
    /^Expected token ids as keys for logitBias but received "cat"/,
  ],
  ["a bias of a foreign token", { logitBias: { 100: 1 } }, /between 0 and 99 for logitBias but received 100/],
  ["a NaN bias", { logitBias: { 1: Number.NaN } }, /for logitBias\[1\] but received NaN/],
  ["a bias of true", { logitBias: { 1: true } }, /for logitBias\[1\] but received true/],
  ["a fractional seed", { seed: 0.5 }, /for seed but received 0\.5/],
  ["a seed beyond 2⁵³", { seed: 2 ** 53 }, /for seed but received 9007199254740992/],
  ["an empty grammar", { grammar: "" }, /^Expected non-empty string for grammar/],
  ["all log-probabilities", { logprobs: 101 }, /^Expected integer between 0 and 100 for logprobs/],
  ["another rule", { verification: "hope" }, /^Expected "sample-match" or "rejection" or "block" for verif/],
  ["half a priority", { priority: 0.5 }, /^Expected integer between -1000 and 1000 for priority/],
  ["cachePrompt: 1", { cachePrompt: 1 }, /^Expected boolean for cachePrompt but received 1/],
  ["ignoreEnd: 0", { ignoreEnd: 0 }, /^Expected boolean for ignoreEnd but received 0/],
  ["a signal that is none", { signal: "now" }, /^Expected AbortSignal for signal/],
];

for (const [name, options, message] of bad) {
  t.test(`refuses ${name}`, async (t) => {
    t.throws(() => resolveGenerateOptions(options), {
      name: "OptionError",
      code: "OPTION_INVALID",
      message,
    });
  });
}

t.test("refuses unknown options", async (t) => {
  t.throws(() => resolveGenerateOptions({ max_tokens: 3 }), {
    code: "OPTION_UNKNOWN",
    message: /received "max_tokens"; did you mean "maxTokens"\?/,
  });
  t.throws(() => resolveGenerateOptions({ draft: { model: "x" } }), {
    code: "OPTION_UNKNOWN",
    message: /in draft/,
  });
});
