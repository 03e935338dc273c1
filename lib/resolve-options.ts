import { availableParallelism } from "node:os";
import { createError } from "./errors.js";
import * as is from "./is.js";
import { type GenerateOptions, MAX_DRAFT_TOKENS, type PairOptions } from "./options.js";

interface ResolvedDraft {
  model: string;
  maxTokens: number;
}

export interface ResolvedPairOptions {
  target: string;
  draft: ResolvedDraft | null;
  contextSize: number | null;
  batchSize: number;
  threads: number;
  draftThreads: number;
  /** -1 is all. */
  gpuLayers: number;
  extraBuffers: boolean;
  signal: AbortSignal | null;
  onProgress: ((fraction: number) => void) | null;
}

export interface ResolvedGenerateOptions {
  maxTokens: number;
  draftMaxTokens: number;
  stop: string[];
  ignoreEnd: boolean;
  signal: AbortSignal | null;
}

/** Longer drafts pay only for pairs that agree more often than small models do. */
const DEFAULT_DRAFT_TOKENS = 3;

const PAIR_KEYS = [
  "target",
  "draft",
  "contextSize",
  "batchSize",
  "threads",
  "draftThreads",
  "gpuLayers",
  "extraBuffers",
  "signal",
  "onProgress",
] as const satisfies readonly (keyof PairOptions)[];

const GENERATE_KEYS = [
  "maxTokens",
  "draft",
  "stop",
  "temperature",
  "ignoreEnd",
  "signal",
] as const satisfies readonly (keyof GenerateOptions)[];

/** Throws OPTION_INVALID or OPTION_UNKNOWN. A value of undefined is an option not given. */
export function resolvePairOptions(input: unknown): ResolvedPairOptions {
  const options = is.record("options", input);
  is.onlyKnownKeys("", options, PAIR_KEYS);
  const threads =
    optional(options.threads, (v) => is.integer("threads", v, 1, 512)) ?? availableParallelism();
  return {
    target: is.nonEmptyString("target", options.target),
    draft: resolveDraft(options.draft),
    contextSize: optional(options.contextSize, (v) => is.integer("contextSize", v, 2, 1048576)),
    batchSize: optional(options.batchSize, (v) => is.integer("batchSize", v, 1, 8192)) ?? 512,
    threads,
    draftThreads: optional(options.draftThreads, (v) => is.integer("draftThreads", v, 1, 512)) ?? threads,
    gpuLayers: optional(options.gpuLayers, gpuLayers) ?? -1,
    extraBuffers: optional(options.extraBuffers, (v) => is.boolean("extraBuffers", v)) ?? true,
    signal: optional(options.signal, (v) => is.abortSignal("signal", v)),
    onProgress: optional(options.onProgress, progressListener),
  };
}

/** `pairDraft`: the draft length the pair was loaded with; null without a draft model. */
export function resolveGenerateOptions(input: unknown, pairDraft: number | null): ResolvedGenerateOptions {
  const options = is.record("options", input);
  is.onlyKnownKeys("", options, GENERATE_KEYS);
  optional(options.temperature, temperature);
  return {
    maxTokens: optional(options.maxTokens, (v) => is.integer("maxTokens", v, 1, 1048576)) ?? 256,
    draftMaxTokens: resolveDraftLength(options.draft, pairDraft),
    stop: optional(options.stop, stopStrings) ?? [],
    ignoreEnd: optional(options.ignoreEnd, (v) => is.boolean("ignoreEnd", v)) ?? false,
    signal: optional(options.signal, (v) => is.abortSignal("signal", v)),
  };
}

function optional<T>(value: unknown, check: (value: unknown) => T): T | null {
  return value === undefined ? null : check(value);
}

function resolveDraft(value: unknown): ResolvedDraft | null {
  if (value === undefined || value === false) return null;
  if (typeof value === "string")
    return { model: is.nonEmptyString("draft", value), maxTokens: DEFAULT_DRAFT_TOKENS };
  if (!is.isRecord(value)) throw is.invalid("draft", "model path or name, object, or false", value);
  if (value.type !== undefined && value.type !== "model") {
    throw createError(
      "OPTION_INVALID",
      `Expected a draft model; drafts of type ${JSON.stringify(value.type)} are not available yet`,
    );
  }
  is.onlyKnownKeys("draft", value, ["type", "model", "maxTokens"]);
  return {
    model: is.nonEmptyString("draft.model", value.model),
    maxTokens: optional(value.maxTokens, draftLength) ?? DEFAULT_DRAFT_TOKENS,
  };
}

function resolveDraftLength(value: unknown, pairDraft: number | null): number {
  if (value === undefined) return pairDraft ?? 0;
  if (value === false) return 0;
  if (!is.isRecord(value)) throw is.invalid("draft", "object or false", value);
  is.onlyKnownKeys("draft", value, ["maxTokens"]);
  const length = optional(value.maxTokens, draftLength) ?? pairDraft ?? 0;
  if (length > 0 && pairDraft === null) {
    throw createError(
      "OPTION_INVALID",
      `Expected no draft for a pair loaded without one but received ${length} for draft.maxTokens`,
    );
  }
  return length;
}

function draftLength(value: unknown): number {
  return is.integer("draft.maxTokens", value, 0, MAX_DRAFT_TOKENS);
}

function gpuLayers(value: unknown): number {
  if (value === "all") return -1;
  if (typeof value !== "number") throw is.invalid("gpuLayers", `integer between 0 and 1000 or "all"`, value);
  return is.integer("gpuLayers", value, 0, 1000);
}

function progressListener(value: unknown): (fraction: number) => void {
  if (typeof value !== "function") throw is.invalid("onProgress", "function", value);
  return (fraction) => value(fraction);
}

function temperature(value: unknown): void {
  if (value === 0) return;
  if (typeof value !== "number" || Number.isNaN(value)) throw is.invalid("temperature", "0", value);
  throw createError(
    "OPTION_INVALID",
    `Expected 0 for temperature but received ${value}: sampling is not available yet`,
  );
}

function stopStrings(value: unknown): string[] {
  const list: unknown[] = Array.isArray(value) ? value : [value];
  if (list.length > 64)
    throw createError("OPTION_INVALID", `Expected at most 64 strings for stop but received ${list.length}`);
  return list.map((text, i) => is.nonEmptyString(Array.isArray(value) ? `stop[${i}]` : "stop", text));
}
