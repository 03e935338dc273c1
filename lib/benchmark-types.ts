import type { PassCosts } from "./costs.js";
import type { Machine } from "./machine.js";

export interface BenchmarkPrompt {
  /** Short label for tables. */
  name: string;
  text: string;
}

export interface BenchmarkOptions {
  prompts: readonly BenchmarkPrompt[];
  /**
   * Draft lengths to compare with the baseline, each 1…64.
   * @default [3]
   */
  draftMaxTokens?: readonly number[];
  /**
   * Tokens per generation, 1…1048576; the model's own end is ignored.
   * @default 128
   */
  maxTokens?: number;
  /**
   * Repetitions of each prompt and draft length, 1…1000.
   * @default 5
   */
  repeat?: number;
  /**
   * Seed of the bootstrap, 0…4294967295.
   * @default 1
   */
  seed?: number;
  signal?: AbortSignal;
  /** Called before each row with what is done so far. */
  onProgress?: (progress: { done: number; total: number; prompt: string; draftMaxTokens: number }) => void;
}

/** One prompt at one draft length. Speeds are of decoding, without the prefill; medians over the repetitions. */
export interface BenchmarkRow {
  prompt: string;
  draftMaxTokens: number;
  tokens: number;
  baselineTokensPerSecond: number;
  tokensPerSecond: number;
  /** Median of the ratios of neighbouring runs, with its 95% interval. */
  speedup: number;
  interval: [low: number, high: number];
  /** Every paired ratio, in order. */
  ratios: number[];
  /** c in these runs: milliseconds per drafted token relative to a baseline pass. */
  draftCost: number;
  /** v(K + 1) in these runs: milliseconds per verify pass relative to a baseline pass. */
  verifyCost: number;
  /** What the formula gives for the agreement and these two costs. */
  predictedSpeedup: number | null;
  agreement: number | null;
  acceptanceRate: number | null;
  tokensPerRound: number | null;
  /** Share of the speculative runs' time outside both models' passes. */
  overhead: number;
  /** Whether every run gave the baseline's tokens. */
  identical: boolean;
}

/** The rows of one draft length together. */
export interface BenchmarkSummary {
  draftMaxTokens: number;
  speedup: number;
  interval: [low: number, high: number];
  predictedSpeedup: number;
  baselineTokensPerSecond: number;
  tokensPerSecond: number;
  agreement: number;
  acceptanceRate: number;
  tokensPerRound: number;
  draftCost: number;
  verifyCost: number;
  overhead: number;
  identical: boolean;
}

export interface BenchmarkReport {
  /** File names: reports are shared, and folders are nobody's business. */
  target: string;
  draft: string;
  maxTokens: number;
  repeat: number;
  seed: number;
  /** What passes cost by themselves, measured before the runs. */
  costs: PassCosts;
  rows: BenchmarkRow[];
  summaries: BenchmarkSummary[];
  identical: boolean;
  machine: Machine;
}
