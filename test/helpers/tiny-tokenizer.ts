import { writeFileSync } from "node:fs";
import { join } from "node:path";

/** The vocabulary is the letters of the byte-level alphabet and a few merges; fewer tokens than the matrix has rows. */
export function writeTokenizer(folder: string): void {
  const letters = [..."abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.,!?Ġ"];
  const merges = ["t h", "th e", "Ġ the", "a n", "an d"];
  const texts = ["<|endoftext|>", ...letters, ...merges.map((merge) => merge.replace(" ", ""))];
  writeFileSync(
    join(folder, "tokenizer.json"),
    JSON.stringify({
      version: "1.0",
      added_tokens: [{ id: 0, content: "<|endoftext|>", special: true }],
      pre_tokenizer: { type: "ByteLevel", add_prefix_space: false, use_regex: true },
      model: { type: "BPE", vocab: Object.fromEntries(texts.map((text, id) => [text, id])), merges },
    }),
  );
  writeFileSync(
    join(folder, "tokenizer_config.json"),
    JSON.stringify({ eos_token: "<|endoftext|>", bos_token: "<|endoftext|>" }),
  );
}
