import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { createError } from "../errors.js";
import * as is from "../is.js";
import { type Checkpoint, exists, readJson } from "./checkpoint.js";
import { damaged, unsupported } from "./checkpoint-error.js";
import type { Metadata } from "./plan.js";

/** GGUF's kinds of tokens. */
const NORMAL = 1;
const CONTROL = 3;
const USER_DEFINED = 4;
const UNUSED = 5;

interface AddedToken {
  id: number;
  text: string;
  special: boolean;
}

interface Vocabulary {
  file: string;
  /** Texts in byte-level form, by id. */
  texts: Map<number, string>;
  merges: string[];
  added: AddedToken[];
  /** llama.cpp's name of the way text is split before merging. */
  preTokenizer: string;
}

/**
 * The keys of a byte-level BPE tokenizer, from tokenizer.json or from vocab.json and merges.txt. `size` is the number of rows
 * of the model's token matrix; rows beyond the tokenizer's tokens become unused tokens.
 * Rejects with CHECKPOINT_NOT_FOUND, CHECKPOINT_INVALID, CHECKPOINT_UNSUPPORTED.
 */
export async function tokenizerMetadata(checkpoint: Checkpoint, size: number): Promise<Metadata[]> {
  const { folder, config } = checkpoint;
  const whole = join(folder, "tokenizer.json");
  const vocabulary = (await exists(whole))
    ? await fromTokenizerJson(whole)
    : await fromVocabularyAndMerges(folder);
  const settings = await readSettings(folder);
  const texts: string[] = Array.from({ length: size }, (_, id) => `[PAD${id}]`);
  const types = new Array<number>(size).fill(UNUSED);
  const place = (id: number, text: string, type: number) => {
    if (id >= size)
      throw damaged(
        vocabulary.file,
        `token ids below vocab_size, ${size}`,
        `${id} (${JSON.stringify(text)})`,
      );
    texts[id] = text;
    types[id] = type;
  };
  for (const [id, text] of vocabulary.texts) place(id, text, NORMAL);
  for (const { id, text, special } of vocabulary.added) place(id, text, special ? CONTROL : USER_DEFINED);

  const idOf = (name: string): number | null => {
    const text = tokenText(settings[`${name}_token`]);
    const id = text === null ? -1 : texts.indexOf(text);
    return id >= 0 ? id : config.token(`${name}_token_id`);
  };
  const special = (["bos", "eos", "unk", "pad"] as const).flatMap((name): Metadata[] => {
    const id = idOf(name);
    if (id === null || id >= size) return [];
    // Generation ends there, so it is not text.
    if (types[id] === NORMAL && name !== "unk") types[id] = CONTROL;
    const key = name === "unk" ? "unknown" : name === "pad" ? "padding" : name;
    return [[`tokenizer.ggml.${key}_token_id`, "u32", id]];
  });
  return [
    ["tokenizer.ggml.model", "string", "gpt2"],
    ["tokenizer.ggml.pre", "string", vocabulary.preTokenizer],
    ["tokenizer.ggml.tokens", "string[]", texts],
    ["tokenizer.ggml.token_type", "i32[]", types],
    ["tokenizer.ggml.merges", "string[]", vocabulary.merges],
    ...special,
    ["tokenizer.ggml.add_bos_token", "bool", addsBos(settings, config.modelType)],
  ];
}

/** OPT's tokenizer begins every text with </s>, whatever its settings leave unsaid. */
function addsBos(settings: Record<string, unknown>, modelType: string): boolean {
  return typeof settings.add_bos_token === "boolean" ? settings.add_bos_token : modelType === "opt";
}

async function readSettings(folder: string): Promise<Record<string, unknown>> {
  const settings: Record<string, unknown> = {};
  for (const name of ["special_tokens_map.json", "tokenizer_config.json"]) {
    const path = join(folder, name);
    if (await exists(path)) Object.assign(settings, await readJson(path));
  }
  return settings;
}

function tokenText(value: unknown): string | null {
  if (typeof value === "string") return value;
  return is.isRecord(value) && typeof value.content === "string" ? value.content : null;
}

async function fromTokenizerJson(file: string): Promise<Vocabulary> {
  const json = await readJson(file);
  const { model } = json;
  if (!is.isRecord(model) || model.type !== "BPE") {
    throw unsupported(
      file,
      `its model is ${JSON.stringify(is.isRecord(model) ? model.type : model)}; byte-level BPE is what can be converted`,
    );
  }
  if (model.byte_fallback === true) {
    throw unsupported(
      file,
      "its BPE falls back to bytes (SentencePiece); byte-level BPE is what can be converted",
    );
  }
  const { merges } = model;
  if (!Array.isArray(merges)) throw damaged(file, "a list of merges", typeof merges);
  return {
    file,
    texts: vocabularyTexts(file, model.vocab),
    merges: merges.map((merge: unknown) => toMerge(file, merge)),
    added: toAddedTokens(file, json.added_tokens),
    preTokenizer: preTokenizerName(file, json.pre_tokenizer),
  };
}

async function fromVocabularyAndMerges(folder: string): Promise<Vocabulary> {
  const file = join(folder, "vocab.json");
  const mergesFile = join(folder, "merges.txt");
  const addedFile = join(folder, "added_tokens.json");
  const texts = vocabularyTexts(file, await readJson(file));
  const merges = await readFile(mergesFile, "utf8").catch((error: NodeJS.ErrnoException) => {
    throw createError(
      "CHECKPOINT_NOT_FOUND",
      `Expected a readable file ${mergesFile} but got ${error.code ?? error.message}`,
    );
  });
  const lines = merges
    .split("\n")
    .filter((line, i) => line !== "" && !(i === 0 && line.startsWith("#version")));
  const added = (await exists(addedFile))
    ? vocabularyTexts(addedFile, await readJson(addedFile))
    : new Map<number, string>();
  return {
    file,
    texts,
    merges: lines.map((line) => toMerge(mergesFile, line.replace(/\r$/, ""))),
    added: [...added].map(([id, text]) => ({ id, text, special: /^<\|.*\|>$/.test(text) })),
    preTokenizer: "gpt-2",
  };
}

function vocabularyTexts(file: string, vocabulary: unknown): Map<number, string> {
  if (!is.isRecord(vocabulary)) throw damaged(file, "a vocabulary of texts and ids", typeof vocabulary);
  const texts = new Map<number, string>();
  for (const [text, id] of Object.entries(vocabulary)) {
    if (!Number.isSafeInteger(id) || (id as number) < 0)
      throw damaged(file, `an id for ${JSON.stringify(text)}`, JSON.stringify(id));
    if (texts.has(id as number))
      throw damaged(
        file,
        `one text for id ${id}`,
        `${JSON.stringify(texts.get(id as number))} and ${JSON.stringify(text)}`,
      );
    texts.set(id as number, text);
  }
  return texts;
}

function toMerge(file: string, merge: unknown): string {
  const text = Array.isArray(merge) ? merge.join(" ") : merge;
  if (typeof text !== "string" || text.split(" ").length !== 2)
    throw damaged(file, "two texts for each merge", JSON.stringify(merge));
  return text;
}

function toAddedTokens(file: string, tokens: unknown): AddedToken[] {
  if (tokens === undefined || tokens === null) return [];
  if (!Array.isArray(tokens)) throw damaged(file, "a list of added tokens", typeof tokens);
  return tokens.map((token: unknown) => {
    const { id, content, special } = is.isRecord(token) ? token : {};
    if (!Number.isSafeInteger(id) || (id as number) < 0 || typeof content !== "string") {
      throw damaged(file, "id and content of each added token", JSON.stringify(token));
    }
    return { id: id as number, text: content, special: special === true };
  });
}

/** What splits text before merging, by the regular expressions and steps that tokenizers name. */
const SPLITS: readonly { pre: string; steps: readonly string[] }[] = [
  { pre: "gpt-2", steps: ["ByteLevel:regex"] },
  {
    pre: "llama-bpe",
    steps: [
      "Split:(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
      "ByteLevel",
    ],
  },
  {
    pre: "qwen2",
    steps: [
      "Split:(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
      "ByteLevel",
    ],
  },
  { pre: "smollm", steps: ["Digits", "ByteLevel:regex"] },
];

function preTokenizerName(file: string, preTokenizer: unknown): string {
  const steps = describeSteps(preTokenizer);
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
      return [preTokenizer.use_regex === false ? "ByteLevel" : "ByteLevel:regex"];
    case "Split":
      return [`Split:${is.isRecord(preTokenizer.pattern) ? String(preTokenizer.pattern.Regex) : ""}`];
    case "Digits":
      return preTokenizer.individual_digits === true ? ["Digits"] : ["Digits together"];
    default:
      return [String(preTokenizer.type)];
  }
}
