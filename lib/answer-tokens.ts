import type { FinishReason } from "./generation.js";
import type { NativeModel } from "./native.js";
import { tokensOfMore } from "./prompt.js";
import { joinText, type Token } from "./token.js";

/**
 * The tokens that a conversation goes on behind after an answer: those of the answer's text. A stop string is no part of it; of a
 * token in whose middle one begins, what stands before is tokenised anew.
 */
export function answerTokens(
  model: NativeModel,
  tokens: readonly Token[],
  finishReason: FinishReason | null,
): number[] {
  const ids = tokens.map(({ id }) => id);
  if (finishReason !== "stop-string") return ids;
  const text = joinText(tokens);
  let length = tokens.findLastIndex((token) => token.text !== "") + 1;
  let said = textOf(model, ids.slice(0, length));
  // Of a character whose bytes several tokens have, all of them go.
  while (!text.startsWith(said)) said = textOf(model, ids.slice(0, --length));
  return [...ids.slice(0, length), ...tokensOr(model, text.slice(said.length), ids[length])];
}

function textOf(model: NativeModel, ids: readonly number[]): string {
  return model.detokenize(Int32Array.from(ids), false);
}

/** A vocabulary may lack tokens for the text of a part of one: then it stays whole. */
function tokensOr(model: NativeModel, text: string, id: number | undefined): Iterable<number> {
  if (text === "" || id === undefined) return [];
  try {
    return tokensOfMore(model, text);
  } catch {
    return [id];
  }
}
