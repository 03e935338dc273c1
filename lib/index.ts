export { benchmark } from "./bench/benchmark.js";
export type {
  BenchmarkOptions,
  BenchmarkPrompt,
  BenchmarkReport,
  BenchmarkRow,
  BenchmarkSummary,
  Speed,
  TimeShares,
  TracedToken,
} from "./bench/types.js";
export type { ChatMessage, ChatOptions } from "./chat.js";
export { type CheckOptions, checkPair } from "./check-pair.js";
export type { Compatibility, Mismatch } from "./compatibility.js";
export type { CompleteManyOptions, CompletionRequest, CompletionResult } from "./completion-requests.js";
export { type ConvertOptions, type ConvertReport, convertCheckpoint } from "./convert/convert.js";
export type { CostProfile, MeasureOptions, PassCosts } from "./costs.js";
export { type Device, deviceNotes, devices } from "./devices.js";
export type {
  CombinedDraftOptions,
  DraftChoice,
  DraftModelOptions,
  DraftOptions,
  DraftPolicy,
  DraftQuantization,
  DraftType,
  GenerationDraftOptions,
  ModelDraftOptions,
  NgramDraftOptions,
} from "./draft-options.js";
export {
  CompatibilityError,
  EngineError,
  type ErrorCode,
  ForetokenError,
  HubError,
  MemoryError,
  ModelError,
  OptionError,
} from "./errors.js";
export { estimateMemory } from "./estimate-memory.js";
export type { Chunk, Completion, FinishReason, Generation } from "./generation.js";
export type { PairLayers } from "./gpu-layers.js";
export { type DownloadOptions, type DownloadReport, downloadCheckpoint } from "./hub/download-checkpoint.js";
export { type KnownModel, type KnownPair, type KnownPairsOptions, knownPairs } from "./hub/known-pairs.js";
export type { PullReport } from "./hub/pull.js";
export {
  type PullModelOptions,
  type PullPairOptions,
  type PullPairReport,
  pullModel,
  pullPair,
} from "./hub/pull-model.js";
export type { PullProgress } from "./hub/pull-progress.js";
export { jsonSchemaToGrammar } from "./json-schema/to-grammar.js";
export type { KvType } from "./kv-types.js";
export { loadPair } from "./load-pair.js";
export type { Machine } from "./machine.js";
export type { DeviceMemory, MemoryEstimate, MemoryUse } from "./memory-types.js";
export type { GenerationEnd, PairEvents, PairMetrics } from "./metrics.js";
export type { ModelInfo } from "./model-info.js";
export type { GenerateOptions, Isolation, PairOptions, SplitMode } from "./options.js";
export type { Pair } from "./pair.js";
export { expectedSpeedup } from "./prediction.js";
export type { Prompt } from "./prompt.js";
export type { SamplingOptions, Verification } from "./sampling-options.js";
export type { Session } from "./session.js";
export type { Stats } from "./stats.js";
export type { Origin, Token } from "./token.js";
