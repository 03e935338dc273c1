import type { KvType } from "./kv-types.js";

/** Longest draft of a round. */
export const MAX_DRAFT_TOKENS = 64;

export const DRAFT_TYPES = ["model", "ngram", "combined"] as const;
/** What proposes tokens: a small model, the text itself, or whichever of the two promises more in each round. */
export type DraftType = (typeof DRAFT_TYPES)[number];

export const DRAFT_POLICIES = ["adaptive", "fixed", "confidence"] as const;
/**
 * How far a draft goes: as long as the next token is expected to pay, and not at all when none does; always
 * `maxTokens`; or until the draft is less sure than `minConfidence`.
 */
export type DraftPolicy = (typeof DRAFT_POLICIES)[number];

export const DRAFT_CHOICES = ["sampled", "likeliest"] as const;
/** How a draft token is chosen at temperatures above 0: drawn from the draft's distribution, or its likeliest. */
export type DraftChoice = (typeof DRAFT_CHOICES)[number];

export const DRAFT_QUANTIZATIONS = ["q8_0", "q6_k", "q5_k_m", "q4_k_m", "q4_0"] as const;
/** Weight types of llama.cpp's quantiser. */
export type DraftQuantization = (typeof DRAFT_QUANTIZATIONS)[number];

/** How a draft goes; of a pair, or of one generation. */
export interface DraftLengthOptions {
  /** @default "adaptive" */
  policy?: DraftPolicy;
  /**
   * Tokens drafted per round at most, 0…64; 0 is decoding without a draft.
   * @default 16, or 3 where the policy is "fixed"
   */
  maxTokens?: number;
  /**
   * The probability below which the policy "confidence" stops, 0…1.
   * @default 0.6
   */
  minConfidence?: number;
  /** @default "sampled", or "likeliest" where `verification` is "sample-match" */
  choice?: DraftChoice;
}

interface NgramOptions {
  /**
   * Shortest repetition whose continuation is proposed, in tokens, 1…1000.
   * @default 2
   */
  minMatch?: number;
  /**
   * Tokens of earlier generations of this pair that are remembered, 0…16777216; about 100 bytes each.
   * @default 0
   */
  historyTokens?: number;
}

/** How a draft model is used. */
export interface DraftModelOptions {
  /**
   * Smaller weights for the draft: reading them is what a draft step costs, and the text stays the target's own whatever
   * drafts it. A copy of the file is made once, in the models folder.
   * @default the weights as they are
   */
  quantize?: DraftQuantization;
  /**
   * Use the draft even where its vocabulary is not the target's: its text is put into the target's tokens and back
   * (universal assisted generation). Such drafts are the draft's likeliest tokens.
   * @default false
   */
  crossVocabulary?: boolean;
  /**
   * What the draft's KV cache is kept in.
   * @default the target's `kvType`
   */
  kvType?: KvType;
  /**
   * The draft's layers on the GPU, 0…1000, "all", or "auto": as many as fit, before any of the target's.
   * @default the target's `gpuLayers`
   */
  gpuLayers?: number | "all" | "auto";
  /**
   * The device that holds them, by a name that `devices()` lists; "CPU" keeps the draft off GPUs.
   * @default the target's `device`, or every GPU of this machine
   */
  device?: string;
}

interface ModelOptions extends DraftModelOptions {
  /** Path of a GGUF file, or the name of an embedded ("fable-1m", "fable-5m") or pulled model. */
  model: string;
}

/** A draft model. */
export interface ModelDraftOptions extends DraftLengthOptions, ModelOptions {
  /** @default "model" */
  type?: "model";
}

/** Drafts what followed the last tokens when they occurred before, in the prompt or the output. Needs no second model. */
export interface NgramDraftOptions extends DraftLengthOptions, NgramOptions {
  type: "ngram";
}

/** Both: each round the one that promises more. */
export interface CombinedDraftOptions extends DraftLengthOptions, ModelOptions, NgramOptions {
  type: "combined";
}

export type DraftOptions = ModelDraftOptions | NgramDraftOptions | CombinedDraftOptions;

/**
 * The draft of one generation: what is not given is as the pair was loaded with, but that another policy than the pair's
 * begins with its own default of `maxTokens`.
 */
export interface GenerationDraftOptions extends DraftLengthOptions {
  /** Of what the pair was loaded with: a "combined" pair may draft with one of its two alone. */
  type?: DraftType;
}
