import t from "tap";
import { resolvePairOptions } from "../../lib/resolve-options.js";

const withTarget = (options: object) => resolvePairOptions({ target: "t.gguf", ...options });

t.test("types of the KV cache", async (t) => {
  t.equal(withTarget({ kvType: "q8_0" }).kvType, "q8_0");
  t.equal(withTarget({ draft: { model: "d.gguf", kvType: "q4_0" } }).draft?.kvType, "q4_0");
  const refused = (options: object, message: RegExp) =>
    t.throws(() => withTarget(options), { code: "OPTION_INVALID", message });
  refused({ kvType: "q3" }, /"f32" or "f16" or .* for kvType but received "q3"/);
  refused({ draft: { model: "d.gguf", kvType: 8 } }, /for draft\.kvType but received 8/);
  refused({ kvType: "q8_0", flashAttention: false }, /where flashAttention is false for kvType/);
  refused(
    { draft: { model: "d.gguf", kvType: "q8_0" }, flashAttention: false },
    /where flashAttention is false for draft\.kvType/,
  );
  t.throws(() => withTarget({ draft: { type: "ngram", kvType: "f16" } }), { code: "OPTION_UNKNOWN" });
});

t.test("a context's size is a number or chosen", async (t) => {
  t.equal(withTarget({ contextSize: "auto" }).contextSize, "auto");
  for (const contextSize of ["all", 1, Number.NaN, 2 ** 21, null])
    t.throws(() => withTarget({ contextSize }), { code: "OPTION_INVALID", message: /for contextSize/ });
});
