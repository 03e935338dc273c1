import * as is from "../is.js";
import { unsupported } from "./checkpoint-error.js";
import type { Vocabulary } from "./vocabulary.js";

const LLAMA_3 =
  "Split:(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
const QWEN_2 =
  "Split:(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
/** Words that are tokens are taken whole, whatever the merges say. */
const WHOLE_WORDS = "whole words";

/** What splits text before merging, by the regular expressions and steps that tokenizers name; `pre` is llama.cpp's name. */
const SPLITS: readonly { pre: string; steps: readonly string[] }[] = [
  { pre: "gpt-2", steps: ["ByteLevel:regex"] },
  { pre: "llama-bpe", steps: [LLAMA_3, "ByteLevel", WHOLE_WORDS] },
  { pre: "smaug-bpe", steps: [LLAMA_3, "ByteLevel"] },
  { pre: "qwen2", steps: [QWEN_2, "ByteLevel"] },
  { pre: "smollm", steps: ["Digits", "ByteLevel:regex"] },
];

/** Of a tokenizer.json. Throws CHECKPOINT_UNSUPPORTED. */
export function preTokenizerName(file: string, preTokenizer: unknown, ignoresMerges: boolean): string {
  const steps = [...describeSteps(preTokenizer), ...(ignoresMerges ? [WHOLE_WORDS] : [])];
  const known = SPLITS.find(
    (split) => split.steps.length === steps.length && split.steps.every((step, i) => step === steps[i]),
  );
  if (known === undefined)
    throw unsupported(
      file,
      `text is split before merging in a way unknown to llama.cpp: ${steps.join(", then ")}`,
    );
  return known.pre;
}

function describeSteps(preTokenizer: unknown): string[] {
  if (!is.isRecord(preTokenizer)) return [JSON.stringify(preTokenizer) ?? "none"];
  switch (preTokenizer.type) {
    case "Sequence":
      return Array.isArray(preTokenizer.pretokenizers)
        ? preTokenizer.pretokenizers.flatMap(describeSteps)
        : ["Sequence"];
    case "ByteLevel":
      return [
        `ByteLevel${preTokenizer.use_regex === false ? "" : ":regex"}${preTokenizer.add_prefix_space === true ? " after a space" : ""}`,
      ];
    case "Split": {
      const { pattern, behavior, invert } = preTokenizer;
      const how = behavior === "Isolated" && invert !== true ? "Split" : `Split ${behavior}`;
      return [`${how}:${is.isRecord(pattern) ? String(pattern.Regex) : ""}`];
    }
    case "Digits":
      return preTokenizer.individual_digits === true ? ["Digits"] : ["Digits together"];
    default:
      return [String(preTokenizer.type)];
  }
}

const BY_CLASS: Readonly<Record<string, string>> = {
  GPT2Tokenizer: "gpt-2",
  GPTNeoXTokenizer: "gpt-2",
  CodeGenTokenizer: "gpt-2",
  Qwen2Tokenizer: "qwen2",
};

const BY_MODEL_TYPE: Readonly<Record<string, string>> = {
  codegen: "gpt-2",
  gpt2: "gpt-2",
  gpt_neox: "gpt-2",
  opt: "gpt-2",
  qwen2: "qwen2",
  qwen3: "qwen2",
};

/**
 * Of a vocab.json, which leaves it to the tokenizer's class, and where no class is named to the model's.
 * Throws CHECKPOINT_UNSUPPORTED.
 */
export function splitOfClass(
  file: string,
  tokenizerClass: unknown,
  modelType: string,
): Pick<Vocabulary, "preTokenizer" | "normalizer"> {
  const named = typeof tokenizerClass === "string";
  const [table, key] = named ? [BY_CLASS, tokenizerClass.replace(/Fast$/, "")] : [BY_MODEL_TYPE, modelType];
  const pre = Object.hasOwn(table, key) ? table[key] : undefined;
  if (pre === undefined) {
    throw unsupported(
      file,
      `without tokenizer.json, how ${named ? `a ${key}` : `a tokenizer of ${key}`} splits text is unknown; known are ${Object.keys(table).join(", ")}`,
    );
  }
  // Qwen's class composes characters, whatever the files leave unsaid.
  return { preTokenizer: pre, normalizer: pre === "qwen2" ? "NFC" : null };
}
