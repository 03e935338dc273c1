import type { FinishReason } from "./generation.js";
import type { NativeModel } from "./native.js";
import { tokensOfMore } from "./prompt.js";
import type { Token } from "./token.js";

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
  const isPartOfCharacter = ({ id, text }: Token) => text === "" && written(model, id) !== "";
  let length = tokens.findLastIndex(({ text }) => text !== "") + 1;
  const last = tokens[length - 1];
  if (last === undefined || last.text === written(model, last.id)) return ids.slice(0, length);
  length -= 1;
  while (length > 0 && isPartOfCharacter(tokens[length - 1] as Token)) length -= 1;
  return [...ids.slice(0, length), ...tokensOr(model, last.text, last.id)];
}

/** A vocabulary may lack tokens for the text of a part of one. */
function tokensOr(model: NativeModel, text: string, id: number): Iterable<number> {
  try {
    return tokensOfMore(model, text);
  } catch {
    return [id];
  }
}

function written(model: NativeModel, id: number): string {
  return model.detokenize(Int32Array.of(id), false);
}
