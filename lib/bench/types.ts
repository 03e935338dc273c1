import type { PassCosts } from "../costs.js";
import type { GenerationDraftOptions } from "../draft-options.js";
import type { Verification } from "../sampling-options.js";
import type { Origin } from "../token.js";
import type { Overheads } from "./overheads.js";

export interface BenchmarkPrompt {
  /** Short label for tables. */
  name: string;
  /** What kind of text it begins, for reports by domain. */
  domain?: string;
  /** Text, or token ids of the target's vocabulary. */
  text: string | readonly number[];
}

export interface BenchmarkOptions {
  prompts: readonly BenchmarkPrompt[];
  /**
   * The draft that is compared with none.
   * @default the pair's
   */
  draft?: GenerationDraftOptions;
  /**
   * 0…100. Above 0 the two sides write different texts of the same length, unless `verification` is "sample-match".
   * @default 0
   */
  temperature?: number;
  /** @default "block" */
  verification?: Verification;
  /**
   * Tokens per generation, 1…1048576; the model's own end is ignored.
   * @default 128
   */
  maxTokens?: number;
  /**
   * Repetitions of each prompt, 1…1000.
   * @default 5
   */
  repeat?: number;
  /**
   * Seed of the bootstrap and of sampling, 0…4294967295.
   * @default 1
   */
  seed?: number;
  /**
   * Generate each prompt once more, unmeasured, for where each token came from and how likely the target found it.
   * @default false
   */
  trace?: boolean;
  signal?: AbortSignal;
  /** Called before each prompt with what is done so far. */
  onProgress?: (progress: { done: number; total: number; prompt: string }) => void;
}

/** Medians over the repetitions. */
export interface Speed {
  /** Generated tokens per second after the prefill. */
  tokensPerSecond: number;
  /** Prompt tokens per second; null where the prompt is a single token, which has no prefill. */
  prefillTokensPerSecond: number | null;
  /** Milliseconds from the call to the first text. */
  firstTokenMs: number;
  /** Milliseconds of the whole generation. */
  totalMs: number;
}

/** Parts of a generation's time, together 1. */
export interface TimeShares {
  prefill: number;
  draft: number;
  verify: number;
  sample: number;
  other: number;
}

export interface TracedToken {
  text: string;
  origin: Origin;
  /** What the target itself gives it, 0…1. */
  probability: number;
}

/** One prompt. */
export interface BenchmarkRow {
  prompt: string;
  domain: string | null;
  promptTokens: number;
  tokens: number;
  baseline: Speed;
  speculative: Speed;
  /** Median of the ratios of neighbouring runs' tokens per second, prefill apart, with its 95% interval. */
  speedup: number;
  interval: [low: number, high: number];
  /** Every paired ratio, in order: one process's after another's. */
  ratios: number[];
  /** The same of whole generations, prefill included. */
  endToEnd: number;
  /** c in these runs: milliseconds per drafted token relative to a baseline pass; null where nothing was drafted. */
  draftCost: number | null;
  /** Milliseconds per verify pass relative to a baseline pass. */
  verifyCost: number;
  /** What the formula gives for the agreement and these two costs; null where the draft length is not fixed. */
  predictedSpeedup: number | null;
  agreement: number | null;
  acceptanceRate: number | null;
  tokensPerRound: number | null;
  /** Tokens drafted per round. */
  draftLength: number;
  /** [i]: share of the rounds in which the draft's token i was accepted. */
  acceptedPerPosition: number[];
  shares: TimeShares;
  /** Share of the speculative runs' time outside both models' passes. */
  overhead: number;
  /** Whether every run gave the baseline's tokens; null where they need not (sampling). */
  identical: boolean | null;
  /**
   * The first token that differs: its place, counted from 0, and how much likelier the target's best was than its second, in
   * logits; null where nothing else was possible.
   */
  divergence: { position: number; margin: number | null } | null;
  trace: TracedToken[] | null;
}

/** The rows together: means over the prompts. */
export interface BenchmarkSummary {
  baselineTokensPerSecond: number;
  tokensPerSecond: number;
  firstTokenMs: number;
  speedup: number;
  interval: [low: number, high: number];
  endToEnd: number;
  predictedSpeedup: number | null;
  draftCost: number | null;
  verifyCost: number;
  agreement: number | null;
  acceptanceRate: number | null;
  tokensPerRound: number | null;
  draftLength: number;
  overhead: number;
  identical: boolean | null;
}

export interface BenchmarkReport {
  draft: { policy: string; maxTokens: number; minConfidence: number; type: string };
  temperature: number;
  verification: Verification | null;
  maxTokens: number;
  /** Repetitions of each prompt in each process. */
  repeat: number;
  /** Processes that measured one after another. Absent from reports of versions that had one. */
  processes?: number;
  seed: number;
  rows: BenchmarkRow[];
  summary: BenchmarkSummary;
}

/** What is known of a model file in a report. File names only: reports are shared, and folders are nobody's business. */
export interface ModelCard {
  file: string;
  name: string | null;
  architecture: string;
  parameters: number;
  weightBytes: number;
  layers: number;
  embeddingSize: number;
  vocabularySize: number;
  trainedContextSize: number;
  /** Set by construction where the model was made for benchmarks; null for trained ones. */
  dialledAgreement: number | null;
}

/** A pair by itself: what its passes cost. */
export interface PairProfile {
  costs: PassCosts;
  /** Absent from reports of versions that did not measure it. */
  overheads?: Overheads;
  /** Milliseconds of loading both models. */
  loadMs: number;
  /** Largest resident memory of the process, in bytes. */
  peakMemoryBytes: number;
}
