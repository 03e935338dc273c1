/** Damaged tokenizers and such as llama.cpp does not know: a typed error that names the file, and no output. */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { edit, testDamages } from "../helpers/damage.js";

const tokenizer = (change: (value: Record<string, unknown>) => void) => edit("tokenizer.json", change);
const added = (more: object) =>
  tokenizer((c) => {
    (c.added_tokens as unknown[]).push({ id: 90, content: "<x>", special: false, ...more });
  });

testDamages([
  [
    "no tokenizer",
    ({ folder }) => rmSync(join(folder, "tokenizer.json")),
    "CHECKPOINT_NOT_FOUND",
    /vocab[.]json/,
  ],
  [
    "a tokenizer of another kind",
    edit("tokenizer.json", (c) => {
      c.model = { type: "Unigram" };
    }),
    "CHECKPOINT_UNSUPPORTED",
    /Unigram/,
  ],
  [
    "an unknown way to split text",
    edit("tokenizer.json", (c) => {
      c.pre_tokenizer = { type: "Metaspace" };
    }),
    "CHECKPOINT_UNSUPPORTED",
    /Metaspace/,
  ],
  [
    "a token beyond the vocabulary",
    edit("tokenizer.json", (c) => {
      (c.added_tokens as unknown[]).push({ id: 96, content: "x" });
    }),
    "CHECKPOINT_INVALID",
    /below vocab_size, 96/,
  ],
  [
    "a merge of one text",
    edit("tokenizer.json", (c) => {
      (c.model as { merges: string[] }).merges.push("x");
    }),
    "CHECKPOINT_INVALID",
    /two texts/,
  ],
  [
    "text that begins with an added space",
    tokenizer((c) => {
      c.pre_tokenizer = { type: "ByteLevel", add_prefix_space: true, use_regex: true };
    }),
    "CHECKPOINT_UNSUPPORTED",
    /ByteLevel:regex after a space/,
  ],
  [
    "a split that drops what it splits at",
    tokenizer((c) => {
      const split = { type: "Split", pattern: { Regex: " " }, behavior: "Removed" };
      c.pre_tokenizer = { type: "Sequence", pretokenizers: [split] };
    }),
    "CHECKPOINT_UNSUPPORTED",
    /llama[.]cpp: Split Removed:/,
  ],
  [
    "words that are looked up before merging, where llama.cpp does not",
    tokenizer((c) => {
      (c.model as Record<string, unknown>).ignore_merges = true;
    }),
    "CHECKPOINT_UNSUPPORTED",
    /ByteLevel:regex, then whole words/,
  ],
  [
    "lower case",
    tokenizer((c) => {
      c.normalizer = { type: "Sequence", normalizers: [{ type: "NFC" }, { type: "Lowercase" }] };
    }),
    "CHECKPOINT_UNSUPPORTED",
    /tokenizer[.]json: it changes text .*: Lowercase/,
  ],
  [
    "pieces with a prefix",
    tokenizer((c) => {
      (c.model as Record<string, unknown>).continuing_subword_prefix = "##";
    }),
    "CHECKPOINT_UNSUPPORTED",
    /continuing_subword_prefix/,
  ],
  [
    "an added token that takes spaces along",
    added({ lstrip: true }),
    "CHECKPOINT_UNSUPPORTED",
    /"<x>" has lstrip/,
  ],
  ["an added token of whole words", added({ single_word: true }), "CHECKPOINT_UNSUPPORTED", /single_word/],
  ["an added token without text", added({ content: 5 }), "CHECKPOINT_INVALID", /id and content/],
  [
    "texts framed by two tokens",
    tokenizer((c) => {
      const token = { SpecialToken: { id: "<|endoftext|>" } };
      c.post_processor = { type: "TemplateProcessing", single: [token, token, { Sequence: { id: "A" } }] };
    }),
    "CHECKPOINT_UNSUPPORTED",
    /tokenizer[.]json: it frames texts/,
  ],
  [
    "texts that begin with another token than BOS",
    tokenizer((c) => {
      const single = [{ SpecialToken: { id: "the" } }, { Sequence: { id: "A" } }];
      c.post_processor = { type: "TemplateProcessing", single };
    }),
    "CHECKPOINT_UNSUPPORTED",
    /frames texts with the, which is not the bos token/,
  ],
  [
    "no token that ends a text",
    ({ folder }) => rmSync(join(folder, "tokenizer_config.json")),
    "CHECKPOINT_INVALID",
    /config[.]json: expected an eos_token_id/,
  ],
]);
