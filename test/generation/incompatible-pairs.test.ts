import t from "tap";
import { CompatibilityError, checkPair, loadPair } from "../../lib/index.js";
import { fable, ids } from "../helpers/fable.js";
import { bool, editTexts, type Gguf, pad, rewrite, text, uint32 } from "../helpers/gguf.js";

const cases: [name: string, edit: (gguf: Gguf) => void, mismatch: object][] = [
  [
    "a token's text",
    (gguf) => editTexts(gguf, (texts) => texts.with(300, "Ġotherwise")),
    { kind: "token-text", id: 300, draft: "Ġotherwise" },
  ],
  [
    "the EOS token",
    (gguf) => gguf.metadata.set("tokenizer.ggml.eos_token_id", uint32(1)),
    { kind: "special-token", name: "eos", draft: 1 },
  ],
  [
    "the BOS token",
    (gguf) => gguf.metadata.set("tokenizer.ggml.bos_token_id", uint32(1)),
    { kind: "special-token", name: "bos", draft: 1 },
  ],
  [
    "whether BOS is added",
    (gguf) => gguf.metadata.set("tokenizer.ggml.add_bos_token", bool(true)),
    { kind: "add-bos", target: false, draft: true },
  ],
  [
    "a size beyond padding",
    (gguf) => pad(gguf, 129),
    { kind: "vocabulary-size", target: 4096, draft: 4225, padding: false },
  ],
];

for (const [name, edit, mismatch] of cases) {
  t.test(`a draft that differs in ${name} is refused before weights are loaded`, async (t) => {
    const draft = rewrite("fable-1m", `${t.testdir()}/other.gguf`, edit);
    const onProgress = () => t.fail("weights were loaded");
    const error = await loadPair({ target: "fable-17m", draft, onProgress }).catch((reason) => reason);
    t.ok(error instanceof CompatibilityError);
    t.match(error, {
      code: "VOCABULARIES_INCOMPATIBLE",
      message: /^Expected a draft with the target's vocabulary but /,
    });
    t.match(error.mismatches, [mismatch]);
    t.match(await checkPair({ target: "fable-17m", draft }), {
      verdict: "incompatible",
      mismatches: error.mismatches,
    });
  });
}

t.test("a vocabulary of another type", async (t) => {
  const draft = rewrite("fable-1m", `${t.testdir()}/spm.gguf`, ({ metadata }) => {
    metadata.set("tokenizer.ggml.model", text("llama"));
    metadata.delete("tokenizer.ggml.merges");
  });
  const { verdict, mismatches } = await checkPair({ target: "fable-17m", draft });
  t.equal(verdict, "incompatible");
  t.match(mismatches[0], { kind: "vocabulary-type", target: "bpe", draft: "spm" });
});

for (const [padded, role] of [
  ["fable-1m", "draft"],
  ["fable-17m", "target"],
] as const) {
  t.test(`a padded ${role} works, and its padding never shows`, async (t) => {
    const path = rewrite(padded, `${t.testdir()}/padded.gguf`, (gguf) => pad(gguf, 64));
    const plain = await fable(t, { draft: false });
    const pair = await fable(t, { [role]: path });
    t.equal(pair.compatibility?.verdict, "usable with padding");
    for (const prompt of ["Once upon a time", "狐狸", "1 2 3"]) {
      const options = { maxTokens: 40, ignoreEnd: true };
      t.strictSame(
        ids(await pair.complete(prompt, options)),
        ids(await plain.complete(prompt, options)),
        prompt,
      );
    }
  });
}

t.test(
  "a pair knows how its vocabularies compare; without a draft there is nothing to compare",
  async (t) => {
    const pair = await fable(t, { draft: "fable-5m" });
    t.match(pair.compatibility, { verdict: "identical", comparedTokens: 4096, mismatches: [], reasons: [] });
    t.match(await fable(t, { draft: false }), { compatibility: null, draft: null });
  },
);
