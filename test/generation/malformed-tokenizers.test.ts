/** Tokenizers that contradict themselves end in a typed error, where llama.cpp alone would abort or never return. */
import t from "tap";
import { checkPair, loadPair } from "../../lib/index.js";
import { bool, editTexts, type Gguf, rewrite, text, uint32 } from "../helpers/gguf.js";
import { float32s, int32s, strings } from "../helpers/gguf-values.js";

const TOKENS = 4096;
const every = (value: number) => Array.from({ length: TOKENS }, () => value);
const set = (name: string, value: Buffer) => (gguf: Gguf) =>
  gguf.metadata.set(`tokenizer.ggml.${name}`, value);

/** The texts of another type of tokenizer. */
function as(type: string, edit: (gguf: Gguf) => void = () => {}) {
  return (gguf: Gguf) => {
    set("model", text(type))(gguf);
    set("scores", float32s(every(0)))(gguf);
    for (const name of ["pre", "merges"]) gguf.metadata.delete(`tokenizer.ggml.${name}`);
    edit(gguf);
  };
}

const refused: [name: string, edit: (gguf: Gguf) => void, message?: RegExp][] = [
  [
    "two tokens with the same text",
    (gguf) => editTexts(gguf, (texts) => texts.with(300, texts[301] ?? "")),
    /tokens 300 and 301 have the same text/,
  ],
  [
    "texts that are the same up to a NUL",
    (gguf) => editTexts(gguf, (texts) => texts.with(300, `${texts[301]}\0x`)),
    /same text/,
  ],
  [
    "a text like the name llama.cpp gives an empty one",
    (gguf) => editTexts(gguf, (texts) => texts.with(300, "").with(301, "[EMPTY_300]")),
    /same text/,
  ],
  ["no tokens", set("tokens", strings([])), /holds no texts/],
  ["tokens that are numbers", set("tokens", int32s([1, 2, 3])), /holds no texts/],
  ["tokens that are one text", set("tokens", text("a")), /holds no texts/],
  ["fewer token types than tokens", set("token_type", int32s([1, 1]))],
  ["token types that are floats", set("token_type", float32s(every(1)))],
  ["fewer scores than tokens", set("scores", float32s([0, 0]))],
  ["scores that are texts", set("scores", strings(["a", "b"]))],
  ["merges that are numbers", set("merges", int32s([1, 2]))],
  ["merges that are one text", set("merges", text("a b"))],
  ["an unknown type of tokenizer", set("model", text("abacus"))],
  ["a type of tokenizer that is a number", set("model", uint32(1))],
  ["a byte in a WordPiece tokenizer", as("bert", set("token_type", int32s(every(6)))), /token 0 is a byte/],
  ["an RWKV tokenizer that lacks bytes", as("rwkv"), /no token stands for byte/],
  [
    "BOS added to texts, and none there",
    as("t5", set("add_bos_token", bool(true))),
    /adds a token BOS to texts but has none/,
  ],
];

for (const [name, edit, message = /GGUF header of .* is wrong/] of refused) {
  t.test(`${name} is refused as target and as draft`, async (t) => {
    const model = rewrite("fable-1m", `${t.testdir()}/odd.gguf`, (gguf) => {
      if (name.startsWith("BOS")) gguf.metadata.delete("tokenizer.ggml.bos_token_id");
      edit(gguf);
    });
    const expected = { name: "ModelError", code: "MODEL_HEADER_INVALID", message };
    await t.rejects(loadPair({ target: model }), expected);
    await t.rejects(loadPair({ target: "fable-17m", draft: model }), expected);
    await t.rejects(checkPair({ target: "fable-17m", draft: model }), expected);
  });
}

t.test("a tokenizer that lacks bytes of a text says so when it is asked for them", async (t) => {
  const pair = await loadPair({
    target: rewrite("fable-1m", `${t.testdir()}/odd.gguf`, as("llama")),
    threads: 1,
  });
  t.teardown(() => pair.close());
  const expected = {
    name: "ModelError",
    code: "MODEL_HEADER_INVALID",
    message: /tokenizer cannot take the text apart/,
  };
  t.throws(() => pair.tokenize("狐"), expected);
  await t.rejects(pair.complete("狐"), expected);
});

const accepted: [name: string, edit: (gguf: Gguf) => void][] = [
  ["no merges", set("merges", strings([]))],
  [
    "merges without a space, empty or of unknown parts",
    set("merges", strings(["ab", "", " ", "Q ¤", "a b c"])),
  ],
  ["merges that are no UTF-8", set("merges", strings([Buffer.from([0xff, 0x20, 0xfe])]))],
  ["special tokens beyond the vocabulary", set("eos_token_id", uint32(1_000_000))],
  ["token types nobody knows", set("token_type", int32s(every(99)))],
];

for (const [name, edit] of accepted) {
  t.test(`${name}: loads and writes`, async (t) => {
    const pair = await loadPair({ target: rewrite("fable-1m", `${t.testdir()}/odd.gguf`, edit), threads: 1 });
    t.teardown(() => pair.close());
    pair.tokenize("Hello  wörld\n😀 狐 \u0000\ud800");
    const { tokens } = await pair.complete([612, 548], { maxTokens: 4, ignoreEnd: true });
    t.equal(tokens.length, 4);
  });
}
