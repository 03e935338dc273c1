import { availableParallelism } from "node:os";
import t from "tap";
import { resolvePairOptions } from "../../lib/resolve-options.js";

const withTarget = (options: object) => resolvePairOptions({ target: "t.gguf", ...options });

t.test("defaults", async (t) => {
  t.strictSame(resolvePairOptions({ target: "t.gguf" }), {
    target: "t.gguf",
    draft: null,
    contextSize: null,
    batchSize: 512,
    threads: availableParallelism(),
    draftThreads: availableParallelism(),
    gpuLayers: -1,
    extraBuffers: true,
    signal: null,
    onProgress: null,
  });
});

t.test("a draft is a path, options or false, and drafts 3 tokens unless told otherwise", async (t) => {
  t.strictSame(withTarget({ draft: "d.gguf" }).draft, { model: "d.gguf", maxTokens: 3 });
  t.strictSame(withTarget({ draft: { model: "d.gguf" } }).draft, { model: "d.gguf", maxTokens: 3 });
  t.strictSame(withTarget({ draft: { type: "model", model: "d.gguf", maxTokens: 0 } }).draft?.maxTokens, 0);
  t.equal(withTarget({ draft: false }).draft, null);
});

t.test("draft threads follow the target's; undefined is not given", async (t) => {
  t.match(withTarget({ threads: 3, contextSize: undefined }), {
    threads: 3,
    draftThreads: 3,
    contextSize: null,
  });
  t.equal(withTarget({ threads: 3, draftThreads: 1 }).draftThreads, 1);
  t.equal(withTarget({ gpuLayers: "all" }).gpuLayers, -1);
  t.equal(withTarget({ gpuLayers: 0 }).gpuLayers, 0);
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
  ["another type of draft", draft({ type: "ngram" }), /drafts of type "ngram" are not available yet/],
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
  ["extraBuffers: 1", { target: "t", extraBuffers: 1 }, /^Expected boolean for extraBuffers/],
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
  refused({ contextsize: 9 }, /received "contextsize"; did you mean "contextSize"\?/);
  refused(
    { draft: { model: "d", maxToken: 4 } },
    /in draft but received "maxToken"; did you mean "maxTokens"\?/,
  );
  refused(
    { somethingElse: 1 },
    /^Expected only target, draft, .* as options but received "somethingElse"\. /,
  );
});
