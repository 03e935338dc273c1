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
export { type CheckOptions, checkPair } from "./check-pair.js";
export type { Compatibility, Mismatch } from "./compatibility.js";
export { type ConvertOptions, type ConvertReport, convertCheckpoint } from "./convert/convert.js";
export type { CostProfile, MeasureOptions, PassCosts } from "./costs.js";
export { type Device, devices } from "./devices.js";
export type {
  CombinedDraftOptions,
  DraftChoice,
  DraftOptions,
  DraftPolicy,
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
  ModelError,
  OptionError,
} from "./errors.js";
export type { Chunk, Completion, FinishReason, Generation, Origin, Token } from "./generation.js";
export { jsonSchemaToGrammar } from "./json-schema/to-grammar.js";
export { loadPair } from "./load-pair.js";
export type { Machine } from "./machine.js";
export type { ModelInfo } from "./model-info.js";
export type { GenerateOptions, PairOptions } from "./options.js";
export type { Pair, Prompt } from "./pair.js";
export { expectedSpeedup } from "./prediction.js";
export type { SamplingOptions, Verification } from "./sampling-options.js";
export type { Stats } from "./stats.js";
