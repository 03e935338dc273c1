import type { NativeStats } from "./native.js";

/**
 * Counters, times in milliseconds and ratios of one generation. Ratios with nothing to divide by are null.
 * Always: corrections + bonuses = rounds; accepted ≤ proposed; committed = accepted + corrections + bonuses (a stop may
 * cut the text shorter); prefillMs + draftMs + verifyMs + sampleMs + grammarMs + otherMs = totalMs.
 */
export interface Stats extends NativeStats {
  /** Tokens returned. */
  generatedTokens: number;
  /** α = accepted / (accepted + corrections): the chance that the next draft token is accepted after those before it. */
  agreement: number | null;
  /** accepted / proposed; falls as the draft length grows. */
  acceptanceRate: number | null;
  /** 1 + accepted / rounds: tokens per forward pass of the target. */
  tokensPerRound: number | null;
  /** Generated tokens per second after the prefill. */
  tokensPerSecond: number | null;
  /** Share of totalMs outside both models' forward passes, the grammar's apart: (sampleMs + otherMs) / totalMs. */
  overhead: number | null;
  /** Microseconds of sampling and accepting for each row of logits, of both models; without the grammar. */
  sampleUsPerRow: number | null;
}

/** Of a generation that the models were not asked for. */
export const NO_STATS: NativeStats = {
  promptTokens: 0,
  cachedTokens: 0,
  rounds: 0,
  proposed: 0,
  accepted: 0,
  corrections: 0,
  bonuses: 0,
  committed: 0,
  targetPasses: 0,
  draftPasses: 0,
  targetPassShare: 0,
  draftPassShare: 0,
  targetTokens: 0,
  draftTokens: 0,
  acceptedPerPosition: [],
  sampledRows: 0,
  prefillMs: 0,
  draftMs: 0,
  verifyMs: 0,
  sampleMs: 0,
  grammarMs: 0,
  otherMs: 0,
  totalMs: 0,
};

export function deriveStats(native: NativeStats, generatedTokens: number): Stats {
  const { rounds, proposed, accepted, corrections, prefillMs, sampleMs, otherMs, totalMs } = native;
  return {
    ...native,
    generatedTokens,
    agreement: ratio(accepted, accepted + corrections),
    acceptanceRate: ratio(accepted, proposed),
    tokensPerRound: rounds > 0 ? 1 + accepted / rounds : null,
    tokensPerSecond: ratio(generatedTokens * 1000, totalMs - prefillMs),
    overhead: ratio(sampleMs + otherMs, totalMs),
    sampleUsPerRow: ratio(sampleMs * 1000, native.sampledRows),
  };
}

export function ratio(numerator: number, denominator: number): number | null {
  return denominator > 0 ? numerator / denominator : null;
}
