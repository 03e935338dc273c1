import t from "tap";
import { CompatibilityError, checkPair, loadPair } from "../../lib/index.js";
import { fable, ids } from "../helpers/fable.js";
import { bool, editTexts, type Gguf, pad, rewrite, text, uint32 } from "../helpers/gguf.js";

const PROMPTS = ["Once upon a time", "狐狸", "1 2 3"];
const OPTIONS = { maxTokens: 40, ignoreEnd: true };

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

t.test("a draft padded beyond the target never proposes its padding", async (t) => {
  const draft = rewrite("fable-1m", `${t.testdir()}/padded.gguf`, (gguf) => pad(gguf, 64));
  const pair = await fable(t, { draft });
  t.equal(pair.compatibility?.verdict, "usable with padding");
  for (const prompt of PROMPTS) {
    const drafted = await pair.complete(prompt, OPTIONS);
    t.strictSame(ids(drafted), ids(await pair.complete(prompt, { ...OPTIONS, draft: false })), prompt);
  }
});

t.test("a target padded beyond the draft may write tokens the draft has not", async (t) => {
  const target = rewrite("fable-17m", `${t.testdir()}/padded.gguf`, (gguf) => pad(gguf, 64));
  const pair = await fable(t, { target });
  t.equal(pair.compatibility?.verdict, "usable with padding");
  let padding = 0;
  for (const prompt of PROMPTS) {
    const drafted = await pair.complete(prompt, OPTIONS);
    t.strictSame(ids(drafted), ids(await pair.complete(prompt, { ...OPTIONS, draft: false })), prompt);
    padding += ids(drafted).filter((id) => id >= 4096).length;
  }
  t.ok(padding > 0, "or this test shows nothing");
});

t.test(
  "a pair knows how its vocabularies compare; without a draft there is nothing to compare",
  async (t) => {
    const pair = await fable(t, { draft: "fable-5m" });
    t.match(pair.compatibility, { verdict: "identical", comparedTokens: 4096, mismatches: [], reasons: [] });
    t.match(await fable(t, { draft: false }), { compatibility: null, draft: null });
  },
);
