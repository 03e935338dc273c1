import type { NativeStats } from "../../lib/native.js";

/** Counters and times that are 0 unless given. */
export function nativeStats(given: Partial<NativeStats>): NativeStats {
  return {
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
    ...given,
  };
}
