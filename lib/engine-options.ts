import { availableParallelism } from "node:os";
import { MAX_DRAFT_TOKENS } from "./draft-options.js";
import type { NativeEngineOptions } from "./native.js";
import type { PlainPairOptions } from "./resolve-options.js";

/** What takes memory by the token. */
export interface EngineSize {
  contextSize: number;
  maxSequences: number;
}

/** What an engine is made with, whether it is made or only estimated. */
export function engineOptions(
  options: PlainPairOptions,
  { contextSize, maxSequences }: EngineSize,
  crossVocabulary: boolean,
): Omit<NativeEngineOptions, "target" | "draft"> {
  const { draft, kvType } = options;
  // Compute threads wait for each other by polling: one more than there are processors, and a pass takes seconds.
  const processors = availableParallelism();
  return {
    contextSize,
    batchSize: Math.max(maxSequences, Math.min(options.batchSize, contextSize * maxSequences)),
    maxDraftTokens: draft === null ? 0 : MAX_DRAFT_TOKENS,
    threads: Math.min(options.threads, processors),
    draftThreads: Math.min(options.draftThreads, processors),
    flashAttention: options.flashAttention,
    exact: options.exact,
    kvType,
    draftKvType: draft?.kvType ?? kvType,
    crossVocabulary,
    maxSequences,
    promptCacheBytes: options.promptCacheBytes,
    ngram: draft?.ngram ?? null,
    deterministic: options.deterministic,
    profile: options.costProfile,
  };
}
