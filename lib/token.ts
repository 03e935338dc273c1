import { type NativeBatch, ORIGINS } from "./native.js";

/** Where a token came from: drafted and accepted, the target's at a round's end, or decoded without a draft. */
export type Origin = (typeof ORIGINS)[number];

export interface Token {
  id: number;
  /** The characters this token completes: may be empty, never half a character. */
  text: string;
  origin: Origin;
  /** ln of the probability that the target itself gives this token; where `logprobs` was asked for. */
  logprob?: number;
  /** The target's likeliest tokens at this place, in falling order; where `logprobs` was asked for. */
  topLogprobs?: { id: number; text: string; logprob: number }[];
}

/** What a batch of the addon holds. `textOf`: a token's text, special ones written out. */
export function tokensOf(batch: NativeBatch, textOf: (id: number) => string): Token[] {
  const { ids, origins, texts, logprobs, topIds, topLogprobs } = batch;
  return Array.from(ids, (id, i): Token => {
    const token: Token = { id, text: texts[i] ?? "", origin: ORIGINS[origins[i] ?? 0] ?? "plain" };
    if (logprobs === undefined) return token;
    const top = Array.from(topIds?.[i] ?? [], (other, j) => ({
      id: other,
      text: textOf(other),
      logprob: topLogprobs?.[i]?.[j] ?? Number.NaN,
    }));
    return { ...token, logprob: logprobs[i] ?? Number.NaN, topLogprobs: top };
  });
}

export function joinText(tokens: readonly Token[]): string {
  return tokens.map((token) => token.text).join("");
}
