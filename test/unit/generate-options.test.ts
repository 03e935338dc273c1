import t from "tap";
import { resolveGenerateOptions } from "../../lib/resolve-options.js";

t.test("defaults: 256 tokens at the pair's draft length", async (t) => {
  const expected = { maxTokens: 256, draftMaxTokens: 3, stop: [], ignoreEnd: false, signal: null };
  t.strictSame(resolveGenerateOptions({}, 3), expected);
  t.strictSame(resolveGenerateOptions({}, null), { ...expected, draftMaxTokens: 0 });
});

t.test("the draft length of one generation", async (t) => {
  t.equal(resolveGenerateOptions({ draft: false }, 3).draftMaxTokens, 0);
  t.equal(resolveGenerateOptions({ draft: { maxTokens: 15 } }, 3).draftMaxTokens, 15);
  t.equal(resolveGenerateOptions({ draft: {} }, 5).draftMaxTokens, 5);
  t.equal(resolveGenerateOptions({ draft: { maxTokens: 0 } }, null).draftMaxTokens, 0);
  t.throws(() => resolveGenerateOptions({ draft: { maxTokens: 2 } }, null), {
    code: "OPTION_INVALID",
    message: /^Expected no draft for a pair loaded without one but received 2/,
  });
});

t.test("stop strings come alone or as a list", async (t) => {
  t.strictSame(resolveGenerateOptions({ stop: "." }, 3).stop, ["."]);
  t.strictSame(resolveGenerateOptions({ stop: [".", "\n"] }, 3).stop, [".", "\n"]);
  t.strictSame(resolveGenerateOptions({ stop: [] }, 3).stop, []);
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
  [
    "sampling",
    { temperature: 0.7 },
    /^Expected 0 for temperature but received 0\.7: sampling is not available yet/,
  ],
  [
    "a NaN temperature",
    { temperature: Number.NaN },
    /^Expected 0 for temperature but received NaN of type number/,
  ],
  ["a temperature of null", { temperature: null }, /^Expected 0 for temperature but received null/],
  ["ignoreEnd: 0", { ignoreEnd: 0 }, /^Expected boolean for ignoreEnd but received 0/],
  ["a signal that is none", { signal: "now" }, /^Expected AbortSignal for signal/],
];

for (const [name, options, message] of bad) {
  t.test(`refuses ${name}`, async (t) => {
    t.throws(() => resolveGenerateOptions(options, 3), {
      name: "OptionError",
      code: "OPTION_INVALID",
      message,
    });
  });
}

t.test("refuses unknown options", async (t) => {
  t.throws(() => resolveGenerateOptions({ max_tokens: 3 }, 3), {
    code: "OPTION_UNKNOWN",
    message: /received "max_tokens"; did you mean "maxTokens"\?/,
  });
  t.throws(() => resolveGenerateOptions({ draft: { model: "x" } }, 3), {
    code: "OPTION_UNKNOWN",
    message: /in draft/,
  });
});
