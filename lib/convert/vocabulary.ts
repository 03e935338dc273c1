import * as is from "../is.js";
import { damaged, unsupported } from "./checkpoint-error.js";

export interface AddedToken {
  id: number;
  text: string;
  special: boolean;
}

/** A byte-level BPE tokenizer, whichever files it came in. */
export interface Vocabulary {
  file: string;
  /** Texts in byte-level form, by id. */
  texts: Map<number, string>;
  merges: string[];
  /** Tokens that are looked for before text is split, as they are written. */
  added: AddedToken[];
  /** llama.cpp's name of the way text is split before merging. */
  preTokenizer: string;
  /** What it puts texts into before splitting them; null where it leaves them. */
  normalizer: "NFC" | null;
  /** The tokens that it puts before and after every text; undefined where the files do not say. */
  frame: { before: string | null; after: string | null } | undefined;
}

export function vocabularyTexts(file: string, vocabulary: unknown): Map<number, string> {
  if (!is.isRecord(vocabulary)) throw damaged(file, "a vocabulary of texts and ids", typeof vocabulary);
  const texts = new Map<number, string>();
  for (const [text, id] of Object.entries(vocabulary)) {
    if (!isId(id)) throw damaged(file, `an id for ${JSON.stringify(text)}`, JSON.stringify(id));
    const other = texts.get(id);
    if (other !== undefined) {
      throw damaged(file, `one text for id ${id}`, `${JSON.stringify(other)} and ${JSON.stringify(text)}`);
    }
    texts.set(id, text);
  }
  return texts;
}

export function toMerge(file: string, merge: unknown): string {
  const text = Array.isArray(merge) ? merge.join(" ") : merge;
  if (typeof text !== "string" || text.split(" ").length !== 2)
    throw damaged(file, "two texts for each merge", JSON.stringify(merge));
  return text;
}

/** Llama.cpp finds an added token wherever its text stands, and takes nothing beside it along. */
export function toAddedToken(file: string, id: unknown, token: unknown): AddedToken {
  const { content, special, ...rules } = is.isRecord(token) ? token : {};
  if (!isId(id) || typeof content !== "string")
    throw damaged(file, "id and content of each added token", JSON.stringify(token));
  for (const rule of ["lstrip", "rstrip", "single_word"]) {
    if (rules[rule] === true)
      throw unsupported(file, `its added token ${JSON.stringify(content)} has ${rule}, unknown to llama.cpp`);
  }
  return { id, text: content, special: special === true };
}

function isId(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
