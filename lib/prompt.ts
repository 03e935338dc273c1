import { createError } from "./errors.js";
import * as is from "./is.js";
import type { NativeModel } from "./native.js";

/** Text, or token ids of the target's vocabulary. Special tokens written out in a text become those tokens. */
export type Prompt = string | Int32Array | readonly number[];

/** Throws OPTION_INVALID, PROMPT_EMPTY. */
export function promptTokens(model: NativeModel, prompt: unknown): Int32Array {
  const tokens =
    typeof prompt === "string"
      ? tokenize(model, prompt, prompt !== "", true)
      : tokenIds(model, "prompt", prompt, "string, Int32Array or array of token ids");
  if (tokens.length === 0) throw createError("PROMPT_EMPTY", "Expected a prompt but received no tokens");
  return tokens;
}

/** Llama.cpp tokenises texts as they are; some vocabularies were made for composed characters. */
export function tokenize(
  model: NativeModel,
  text: string,
  addSpecial: boolean,
  parseSpecial: boolean,
): Int32Array {
  const composed = model.vocabulary.normalizer === "NFC" ? text.normalize("NFC") : text;
  return model.tokenize(composed, addSpecial, parseSpecial);
}

/** Throws OPTION_INVALID. */
export function tokenIds(model: NativeModel, name: string, tokens: unknown, expected: string): Int32Array {
  if (!Array.isArray(tokens) && !(tokens instanceof Int32Array)) throw is.invalid(name, expected, tokens);
  const last = model.vocabulary.size - 1;
  return Int32Array.from(tokens, (id, i) => is.integer(`${name}[${i}]`, id, 0, last));
}
