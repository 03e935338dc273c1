import t from "tap";
import { resolvePairOptions } from "../../lib/resolve-options.js";
import { defaultThreads } from "../../lib/threads.js";

const withTarget = (options: object) => resolvePairOptions({ target: "t.gguf", ...options });

t.test("defaults", async (t) => {
  t.strictSame(resolvePairOptions({ target: "t.gguf" }), {
    target: "t.gguf",
    draft: null,
    contextSize: null,
    kvType: "f16",
    checkMemory: true,
    maxSequences: 1,
    promptCacheBytes: null,
    batchSize: 512,
    threads: defaultThreads(),
    draftThreads: defaultThreads(),
    extraBuffers: true,
    flashAttention: true,
    exact: false,
    deterministic: false,
    costProfile: null,
    isolation: "none",
    workers: [],
    splitRows: false,
    device: { target: null, draft: null },
    gpuLayers: { target: "auto", draft: "auto" },
    signal: null,
    onProgress: null,
  });
});

t.test("a draft is a path, options or false, and as long as it pays unless told otherwise", async (t) => {
  const expected = {
    type: "model",
    model: "d.gguf",
    kvType: null,
    gpuLayers: null,
    device: null,
    quantize: null,
    crossVocabulary: false,
    ngram: null,
    policy: "adaptive",
    maxTokens: 16,
    minConfidence: 0.6,
    choice: null,
  };
  t.strictSame(withTarget({ draft: "d.gguf" }).draft, expected);
  t.strictSame(withTarget({ draft: { model: "d.gguf" } }).draft, expected);
  t.strictSame(withTarget({ draft: { type: "model", model: "d.gguf", maxTokens: 0 } }).draft?.maxTokens, 0);
  t.equal(withTarget({ draft: { model: "d.gguf", policy: "fixed" } }).draft?.maxTokens, 3);
  t.equal(withTarget({ draft: false }).draft, null);
});

t.test("n-grams need no model; combined drafts have both", async (t) => {
  t.match(withTarget({ draft: { type: "ngram" } }).draft, {
    model: null,
    ngram: { minMatch: 2, historyTokens: 0 },
  });
  const combined = { type: "combined", model: "d.gguf", minMatch: 3, historyTokens: 100 };
  t.match(withTarget({ draft: combined }).draft, {
    model: "d.gguf",
    ngram: { minMatch: 3, historyTokens: 100 },
  });
});

t.test("a cost profile is what pair.costProfile() gave", async (t) => {
  const costProfile = {
    target: [
      [1, 2],
      [4, 2.5],
    ],
    draft: [],
  };
  t.strictSame(withTarget({ costProfile }).costProfile, costProfile);
});

t.test("draft threads follow the target's; undefined is not given", async (t) => {
  t.match(withTarget({ threads: 3, contextSize: undefined }), {
    threads: 3,
    draftThreads: 3,
    contextSize: null,
  });
  t.equal(withTarget({ threads: 3, draftThreads: 1 }).draftThreads, 1);
});

t.test("layers and device of the draft follow the target's unless given", async (t) => {
  const draft = { model: "d.gguf" };
  t.strictSame(withTarget({ gpuLayers: "all", draft }).gpuLayers, { target: -1, draft: -1 });
  t.strictSame(withTarget({ gpuLayers: 0, draft: { ...draft, gpuLayers: "auto" } }).gpuLayers, {
    target: 0,
    draft: "auto",
  });
  t.strictSame(withTarget({ device: "CUDA0", draft }).device, { target: "CUDA0", draft: "CUDA0" });
  t.strictSame(withTarget({ device: "CUDA0", draft: { ...draft, device: "CPU" } }).device, {
    target: "CUDA0",
    draft: "CPU",
  });
  const workers = withTarget({ devices: ["rpc://a:1"], draft: { ...draft, device: "CUDA0" } });
  t.strictSame(workers.device, { target: null, draft: "CUDA0" }, "the draft stays on this machine");
});

const bad: [name: string, options: unknown, message: RegExp][] = [
  ["no options", undefined, /^Expected object for options but received undefined/],
  ["null", null, /^Expected object for options but received null/],
  ["no target", {}, /^Expected non-empty string for target but received undefined/],
  ["an empty target", { target: "" }, /for target but received "" of type string/],
  ["a target of the wrong type", { target: 7 }, /for target but received 7 of type number/],
  ["an empty draft", { target: "t", draft: "" }, /^Expected non-empty string for draft /],
  ["draft: true", { target: "t", draft: true }, /for draft but received true of type boolean/],
  ["a draft without model", { target: "t", draft: {} }, /for draft\.model but received undefined/],
  [
    "a draft length of -1",
    draft({ maxTokens: -1 }),
    /^Expected integer between 0 and 64 for draft\.maxTokens but received -1 of type number/,
  ],
  ["a draft length of 65", draft({ maxTokens: 65 }), /draft\.maxTokens but received 65/],
  [
    "another type of draft",
    draft({ type: "oracle" }),
    /^Expected "model" or "ngram" or "combined" for draft\.type/,
  ],
  ["another policy", draft({ policy: "bold" }), /for draft\.policy but received "bold"/],
  [
    "a confidence above 1",
    draft({ minConfidence: 1.5 }),
    /^Expected number between 0 and 1 for draft\.minConf/,
  ],
  ["another choice", draft({ choice: 1 }), /for draft\.choice but received 1/],
  [
    "a crossed vocabulary of no sense",
    draft({ model: "d", crossVocabulary: "yes" }),
    /^Expected boolean for draft\.crossVocabulary but/,
  ],
  ["other weights", draft({ model: "d", quantize: "q3" }), /^Expected "q8_0" or .* for draft\.quantize but/],
  ["no match at all", draft({ type: "combined", minMatch: 0 }), /for draft\.minMatch but received 0/],
  ["a boundless history", draft({ type: "combined", historyTokens: 1e9 }), /draft\.historyTokens/],
  ["exact: 1", { target: "t", exact: 1 }, /^Expected boolean for exact/],
  ["deterministic: 1", { target: "t", deterministic: 1 }, /^Expected boolean for deterministic/],
  [
    "a profile without curves",
    { target: "t", costProfile: {} },
    /for costProfile\.target but received undef/,
  ],
  [
    "a profile of NaN",
    { target: "t", costProfile: { target: [[1, Number.NaN]], draft: [] } },
    /for costProfile\.target\[0\]\[1\] but received NaN/,
  ],
  ["NaN", { target: "t", contextSize: Number.NaN }, /for contextSize but received NaN of type number/],
  ["a fraction", { target: "t", threads: 1.5 }, /for threads but received 1\.5/],
  ["Infinity", { target: "t", batchSize: Number.POSITIVE_INFINITY }, /for batchSize but received Infinity/],
  [
    "a huge context",
    { target: "t", contextSize: 2 ** 40 },
    /^Expected integer between 2 and 1048576 for contextSize/,
  ],
  ["a context of one token", { target: "t", contextSize: 1 }, /for contextSize but received 1 /],
  [
    "a number as text",
    { target: "t", draftThreads: "2" },
    /for draftThreads but received "2" of type string/,
  ],
  ["a BigInt", { target: "t", threads: 2n }, /for threads but received 2 of type bigint/],
  ["negative layers", { target: "t", gpuLayers: -1 }, /for gpuLayers but received -1/],
  ["layers in words", { target: "t", gpuLayers: "some" }, /for gpuLayers but received "some"/],
  [
    "a draft's layers in words",
    draft({ gpuLayers: "some" }),
    /"auto" for draft\.gpuLayers but received "some"/,
  ],
  ["a device without name", { target: "t", device: "" }, /^Expected non-empty string for device/],
  ["a draft's device as number", draft({ device: 0 }), /for draft\.device but received 0/],
  [
    "a device beside workers",
    { target: "t", device: "CUDA0", devices: ["rpc://a:1"] },
    /^Expected nothing where devices are given for device but received "CUDA0"/,
  ],
  ["extraBuffers: 1", { target: "t", extraBuffers: 1 }, /^Expected boolean for extraBuffers/],
  ["flashAttention: 1", { target: "t", flashAttention: 1 }, /^Expected boolean for flashAttention/],
  [
    "a signal that is none",
    { target: "t", signal: {} },
    /^Expected AbortSignal for signal but received a value of type object/,
  ],
  ["onProgress: true", { target: "t", onProgress: true }, /^Expected function for onProgress/],
];

function draft(options: object) {
  return { target: "t", draft: { model: "d", ...options } };
}

for (const [name, options, message] of bad) {
  t.test(`refuses ${name}`, async (t) => {
    t.throws(() => resolvePairOptions(options), { name: "OptionError", code: "OPTION_INVALID", message });
  });
}

t.test("refuses unknown options, naming the nearest known one", async (t) => {
  const refused = (options: object, message: RegExp) =>
    t.throws(() => withTarget(options), { name: "OptionError", code: "OPTION_UNKNOWN", message });
  refused({ draft: { type: "ngram", gpuLayers: 1 } }, /in draft but received "gpuLayers"/);
  refused({ contextsize: 9 }, /received "contextsize"; did you mean "contextSize"\?/);
  refused(
    { draft: { model: "d", maxToken: 4 } },
    /in draft but received "maxToken"; did you mean "maxTokens"\?/,
  );
  refused({ draft: { type: "ngram", model: "d" } }, /in draft but received "model"/);
  refused({ draft: { type: "ngram", crossVocabulary: true } }, /in draft but received "crossVocabulary"/);
  refused({ draft: { model: "d", minMatch: 2 } }, /in draft but received "minMatch"/);
  refused(
    { somethingElse: 1 },
    /^Expected only target, draft, .* as options but received "somethingElse"\. /,
  );
});
