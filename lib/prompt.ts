import { createError } from "./errors.js";
import * as is from "./is.js";
import type { NativeModel } from "./native.js";

/** Text, or token ids of the target's vocabulary. Special tokens written out in a text become those tokens. */
export type Prompt = string | Int32Array | readonly number[];

/** What a prompt is to the model, after the tokens of a conversation so far. Throws PROMPT_EMPTY where both are empty. */
export function promptTokens(model: NativeModel, prompt: unknown, began: readonly number[]): Int32Array {
  const own =
    typeof prompt === "string"
      ? began.length === 0
        ? tokensOfText(model, prompt, prompt !== "", true)
        : tokensOfMore(model, prompt)
      : tokenIds(model, "prompt", prompt);
  if (began.length + own.length === 0)
    throw createError("PROMPT_EMPTY", "Expected a prompt but received no tokens");
  const tokens = new Int32Array(began.length + own.length);
  tokens.set(began);
  tokens.set(own, began.length);
  return tokens;
}

export function tokenIds(model: NativeModel, name: string, tokens: unknown): Int32Array {
  if (!Array.isArray(tokens) && !(tokens instanceof Int32Array)) {
    throw is.invalid(
      name,
      name === "prompt" ? "string, Int32Array or array of token ids" : "Int32Array or array",
      tokens,
    );
  }
  const last = model.vocabulary.size - 1;
  return Int32Array.from(tokens, (id, i) => is.integer(`${name}[${i}]`, id, 0, last));
}

/** Llama.cpp tokenises texts as they are; some vocabularies were made for composed characters. */
export function tokensOfText(
  model: NativeModel,
  text: string,
  addSpecial: boolean,
  parseSpecial: boolean,
): Int32Array {
  return model.tokenize(composed(model, text), addSpecial, parseSpecial);
}

/** Of a text that goes on behind others. */
export function tokensOfMore(model: NativeModel, text: string): Int32Array {
  return model.tokenizeOn(composed(model, text));
}

function composed(model: NativeModel, text: string): string {
  return model.vocabulary.normalizer === "NFC" ? text.normalize("NFC") : text;
}
