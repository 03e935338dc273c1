export const VERIFICATIONS = ["sample-match", "rejection", "block"] as const;
/**
 * How a draft is checked; the text follows the target's distribution under each. "sample-match" draws the target's own
 * token at each position, so the text does not depend on the draft; "rejection" is token-wise rejection sampling
 * (Leviathan et al. 2023), "block" is block verification (Sun et al. 2025), which accepts at least as much.
 */
export type Verification = (typeof VERIFICATIONS)[number];

/** Applied in this order: grammar, logit bias, penalties, top-k, typical-p, top-p, min-p, temperature, as llama.cpp does. */
export interface SamplingOptions {
  /**
   * 0 always takes the likeliest token; 1 is the model's own distribution. 0…100.
   * @default 0
   */
  temperature?: number;
  /**
   * Only the likeliest tokens, 0…1048576; 0 keeps all.
   * @default 40
   */
  topK?: number;
  /**
   * Only the likeliest tokens that together have this probability, 0…1; 1 keeps all.
   * @default 0.95
   */
  topP?: number;
  /**
   * Only tokens with this share of the likeliest one's probability, 0…1; 0 keeps all.
   * @default 0.05
   */
  minP?: number;
  /**
   * Locally typical sampling, 0…1; 1 keeps all.
   * @default 1
   */
  typicalP?: number;
  /**
   * Divides the positive logits of recent tokens and multiplies the negative ones, 0.01…100.
   * @default 1
   */
  repeatPenalty?: number;
  /**
   * Subtracted from a token's logit for each time it occurs among the recent ones, −100…100.
   * @default 0
   */
  frequencyPenalty?: number;
  /**
   * Subtracted once from the logits of recent tokens, −100…100.
   * @default 0
   */
  presencePenalty?: number;
  /**
   * How many tokens are recent, prompt included, −1…1048576; −1 is all.
   * @default 64
   */
  penaltyLastN?: number;
  /**
   * Added to the logits of tokens by their id, −1000…1000; `false` bans a token.
   * @default none
   */
  logitBias?: Readonly<Record<number, number | false>>;
  /**
   * Seed of the random numbers, 0…2⁵³ − 1. With `deterministic` or a fixed draft length one seed always gives one text;
   * with "sample-match" whatever is drafted. N-grams remembered from earlier generations (`historyTokens`) change what is
   * drafted.
   * @default a random one, reported as `seed` of the completion
   */
  seed?: number;
  /** GBNF grammar that the text follows; its start is the rule `root`. Excludes `jsonSchema`. */
  grammar?: string;
  /** JSON Schema of the document to write, see docs/api.md for the supported keywords. Excludes `grammar`. */
  jsonSchema?: unknown;
  /**
   * Report each token's log-probability by the model's own distribution (temperature 1, nothing left out), and those of
   * this many likeliest tokens, 0…100.
   * @default none
   */
  logprobs?: number;
  /** @default "block" at temperatures above 0; at 0 all are the same */
  verification?: Verification;
}
