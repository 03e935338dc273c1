import { join } from "node:path";
import { exists } from "../exists.js";
import * as is from "../is.js";
import { readJson } from "./checkpoint.js";

/** special_tokens_map.json and tokenizer_config.json, the latter being right where both say something. */
export interface TokenizerSettings {
  /** The file that has the last word; null without any. */
  file: string | null;
  values: Record<string, unknown>;
  /** Texts of all tokens that they name as special. */
  specialTexts: ReadonlySet<string>;
}

/** Rejects with CHECKPOINT_INVALID. */
export async function readTokenizerSettings(folder: string): Promise<TokenizerSettings> {
  let file: string | null = null;
  const values: Record<string, unknown> = {};
  for (const name of ["special_tokens_map.json", "tokenizer_config.json"]) {
    const path = join(folder, name);
    if (!(await exists(path))) continue;
    Object.assign(values, await readJson(path));
    file = path;
  }
  const { additional_special_tokens: additional } = values;
  const named = [
    ...["bos", "eos", "unk", "pad", "sep", "cls", "mask"].map((name) => values[`${name}_token`]),
    ...(Array.isArray(additional) ? additional : []),
  ];
  return { file, values, specialTexts: new Set(named.map(tokenText).filter((text) => text !== null)) };
}

/** A token as settings name it: its text, or an object with its content. */
export function tokenText(value: unknown): string | null {
  if (typeof value === "string") return value;
  return is.isRecord(value) && typeof value.content === "string" ? value.content : null;
}
