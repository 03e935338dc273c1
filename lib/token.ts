import { type NativeToken, ORIGINS } from "./native.js";

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

/** `textOf`: a token's text, special ones written out. */
export function fromNative(token: NativeToken, textOf: (id: number) => string): Token {
  const { origin, topLogprobs, ...same } = token;
  return {
    ...same,
    origin: ORIGINS[origin] ?? "plain",
    ...(topLogprobs && { topLogprobs: topLogprobs.map((other) => ({ ...other, text: textOf(other.id) })) }),
  };
}

export function joinText(tokens: readonly Token[]): string {
  return tokens.map((token) => token.text).join("");
}
