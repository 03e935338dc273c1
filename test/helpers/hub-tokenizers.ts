/** Tokenizers as the published models have them, but for the size of their vocabularies. */
import { byteLevel, type HubTokenizer, tokenizer } from "./hub-tokenizer.js";

const CONTRACTIONS = "(?i:'s|'t|'re|'ve|'m|'ll|'d)";
const LETTERS = "[^\\r\\n\\p{L}\\p{N}]?\\p{L}+";
const REST = " ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
const split = (pattern: string) => ({
  type: "Sequence",
  pretokenizers: [
    { type: "Split", pattern: { Regex: pattern }, behavior: "Isolated", invert: false },
    byteLevel(false),
  ],
});
const LLAMA_3 = split([CONTRACTIONS, LETTERS, "\\p{N}{1,3}", REST].join("|"));
const QWEN_2 = split([CONTRACTIONS, LETTERS, "\\p{N}", REST].join("|"));
const SMOLLM = {
  type: "Sequence",
  pretokenizers: [{ type: "Digits", individual_digits: true }, byteLevel(true)],
};

/** " ", …: as CodeGen, Pythia and others add them to GPT-2's tokens. */
const runs = (of: string, longest: number) =>
  Array.from({ length: longest - 1 }, (_, i) => of.repeat(longest - i));

const END = "<|endoftext|>";

/** By the checkpoint's family. */
export const HUB_TOKENIZERS: Record<string, { family: string; tokenizer: () => HubTokenizer }> = {
  Pythia: {
    family: "gpt-neox",
    tokenizer: () =>
      tokenizer({
        preTokenizer: byteLevel(true),
        special: [END, "<|padding|>"],
        added: runs(" ", 24),
        normalized: true,
        normalizer: { type: "NFC" },
        config: { bos_token: END, eos_token: END, unk_token: END },
      }),
  },
  "GPT-2": {
    family: "gpt2",
    tokenizer: () =>
      tokenizer({
        preTokenizer: byteLevel(true),
        special: [END],
        config: { bos_token: END, eos_token: END, unk_token: END },
      }),
  },
  CodeGen: {
    family: "codegen",
    tokenizer: () =>
      tokenizer({
        preTokenizer: byteLevel(true),
        special: [END],
        added: [...runs(" ", 31), ...runs("\t", 9)],
        normalized: true,
        config: { bos_token: END, eos_token: END, unk_token: END },
      }),
  },
  "Llama 3": {
    family: "llama",
    tokenizer: () =>
      tokenizer({
        preTokenizer: LLAMA_3,
        special: ["<|begin_of_text|>", "<|end_of_text|>", "<|start_header_id|>", "<|eot_id|>"],
        begin: "<|begin_of_text|>",
        model: { ignore_merges: true },
        config: { bos_token: "<|begin_of_text|>", eos_token: "<|end_of_text|>" },
      }),
  },
  "Llama 3's split, merges for every word": {
    family: "llama",
    tokenizer: () =>
      tokenizer({
        preTokenizer: LLAMA_3,
        special: ["<|begin|>", "<|end|>"],
        config: { bos_token: "<|begin|>", eos_token: "<|end|>", add_bos_token: false },
      }),
  },
  "Qwen 2": {
    family: "qwen2",
    tokenizer: () =>
      tokenizer({
        preTokenizer: QWEN_2,
        special: [END, "<|im_start|>", "<|im_end|>"],
        added: ["<tool_call>", "</tool_call>"],
        normalizer: { type: "NFC" },
        config: { bos_token: null, eos_token: "<|im_end|>", pad_token: END, add_bos_token: false },
      }),
  },
  SmolLM: {
    family: "llama",
    tokenizer: () =>
      tokenizer({
        preTokenizer: SMOLLM,
        special: [END, "<|im_start|>", "<|im_end|>"],
        config: { bos_token: END, eos_token: END, unk_token: END },
      }),
  },
};
