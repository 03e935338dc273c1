import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { createError } from "../errors.js";
import { exists } from "../exists.js";
import * as is from "../is.js";
import { readJson } from "./checkpoint.js";
import { unsupported } from "./checkpoint-error.js";
import { splitOfClass } from "./pre-tokenizer.js";
import type { TokenizerSettings } from "./tokenizer-settings.js";
import { type AddedToken, toAddedToken, toMerge, type Vocabulary, vocabularyTexts } from "./vocabulary.js";

/**
 * The tokenizer of vocab.json and merges.txt, with added_tokens.json where there is one, as repositories have it that are older
 * than tokenizer.json. Rejects with CHECKPOINT_NOT_FOUND, CHECKPOINT_INVALID, CHECKPOINT_UNSUPPORTED.
 */
export async function readVocabularyAndMerges(
  folder: string,
  settings: TokenizerSettings,
  modelType: string,
): Promise<Vocabulary> {
  const file = join(folder, "vocab.json");
  const mergesFile = join(folder, "merges.txt");
  const texts = vocabularyTexts(file, await readJson(file));
  if (settings.values.add_prefix_space === true)
    throw unsupported(settings.file ?? file, "a space is added before text, unknown to llama.cpp");
  const merges = await readFile(mergesFile, "utf8").catch((error: NodeJS.ErrnoException) => {
    throw createError(
      "CHECKPOINT_NOT_FOUND",
      `Expected a readable file ${mergesFile} but got ${error.code ?? error.message}`,
    );
  });
  const lines = merges
    .split(/\r?\n/)
    .filter((line, i) => line !== "" && !(i === 0 && line.startsWith("#version")));
  return {
    file,
    texts,
    merges: lines.map((line) => toMerge(mergesFile, line)),
    added: await addedTokens(folder, settings, texts),
    ...splitOfClass(settings.file ?? file, settings.values.tokenizer_class, modelType),
    frame: undefined,
  };
}

/** From added_tokens.json, tokenizer_config.json's added_tokens_decoder, and the special tokens' names, the last being special. */
async function addedTokens(
  folder: string,
  { file: settingsFile, values, specialTexts }: TokenizerSettings,
  texts: ReadonlyMap<number, string>,
): Promise<AddedToken[]> {
  const found = new Map<number, AddedToken>();
  const addedFile = join(folder, "added_tokens.json");
  if (await exists(addedFile)) {
    for (const [id, text] of vocabularyTexts(addedFile, await readJson(addedFile)))
      found.set(id, { id, text, special: false });
  }
  const decoder = is.isRecord(values.added_tokens_decoder) ? values.added_tokens_decoder : {};
  for (const [id, token] of Object.entries(decoder))
    found.set(Number(id), toAddedToken(settingsFile ?? addedFile, Number(id), token));
  for (const [id, text] of [...texts, ...[...found].map(([id, { text }]) => [id, text] as const)])
    if (specialTexts.has(text)) found.set(id, { id, text, special: true });
  return [...found.values()];
}
