import type { BenchmarkReport } from "./types.js";

/** Of times in milliseconds. */
export interface Times {
  median: number;
  /** The 95th percentile. */
  p95: number;
}

/** What many requests at once were served with, over all repetitions. */
export interface Service {
  /** Generated tokens of all requests per second, prompts included in the time: the median over the repetitions. */
  tokensPerSecond: number;
  interval: [low: number, high: number];
  /** From the call to the first text. */
  firstTokenMs: Times;
  /** Between two pieces of a stream; null where every text came at once. */
  gapMs: Times | null;
  /**
   * What a stream waits longer for its next piece while another request arrives and its prompt is read: such gaps less the
   * median of the other gaps. null where nothing arrived beside a running stream.
   */
  addedMs: Times | null;
}

/** A draft's settings with this many requests at once. */
export interface ConcurrencyReport extends Omit<BenchmarkReport, "rows" | "summary"> {
  /** Requests that run at once. */
  concurrency: number;
  /** Requests of a run. */
  requests: number;
  baseline: Service;
  speculative: Service;
  /** Median of the ratios of neighbouring runs' tokens per second, with its 95% interval. */
  speedup: number;
  interval: [low: number, high: number];
  /** Every paired ratio, in order. */
  ratios: number[];
  agreement: number | null;
  /** Tokens drafted per round. */
  draftLength: number;
  /** Whether every request's tokens were the baseline's; null where they need not be (sampling). */
  identical: boolean | null;
}
