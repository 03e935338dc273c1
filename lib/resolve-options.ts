import { type CostProfile, resolveCostProfile } from "./costs.js";
import { createError } from "./errors.js";
import { gpuLayers, type PairLayers } from "./gpu-layers.js";
import * as is from "./is.js";
import { isQuantised, KV_TYPES, type KvType } from "./kv-types.js";
import {
  type GenerateOptions,
  ISOLATIONS,
  type Isolation,
  type PairOptions,
  SPLIT_MODES,
} from "./options.js";
import {
  type ResolvedDraft,
  type ResolvedDraftLength,
  resolveDraft,
  resolveGenerationDraft,
} from "./resolve-draft.js";
import { type ResolvedSampling, resolveSampling, SAMPLING_KEYS } from "./resolve-sampling.js";
import { defaultThreads, threadCount } from "./threads.js";
import { type WorkerAddress, workerAddresses } from "./workers/address.js";

export interface ResolvedPairOptions {
  target: string;
  draft: ResolvedDraft | null;
  /** null: the default. */
  contextSize: number | "auto" | null;
  kvType: KvType;
  checkMemory: boolean;
  maxSequences: number | "auto";
  /** null: all that is free. */
  promptCacheBytes: number | null;
  batchSize: number;
  threads: number;
  draftThreads: number;
  gpuLayers: PairLayers<number | "auto">;
  /** null: every GPU. */
  device: { target: string | null; draft: string | null };
  extraBuffers: boolean;
  flashAttention: boolean;
  exact: boolean;
  deterministic: boolean;
  costProfile: CostProfile | null;
  isolation: Isolation;
  /** Those that hold the target; none: this machine's devices. */
  workers: WorkerAddress[];
  splitRows: boolean;
  signal: AbortSignal | null;
  onProgress: ((fraction: number) => void) | null;
}

/** What can be told to another process. */
export type PlainPairOptions = Omit<ResolvedPairOptions, "signal" | "onProgress">;

export interface ResolvedGenerateOptions extends ResolvedSampling {
  maxTokens: number;
  /** null decodes plainly. */
  draft: ResolvedDraftLength | null;
  priority: number;
  cachePrompt: boolean;
  stop: string[];
  stopTokens: number[];
  ignoreEnd: boolean;
  signal: AbortSignal | null;
}

const PAIR_KEYS = [
  "target",
  "draft",
  "contextSize",
  "kvType",
  "checkMemory",
  "maxSequences",
  "promptCacheBytes",
  "batchSize",
  "threads",
  "draftThreads",
  "gpuLayers",
  "device",
  "extraBuffers",
  "flashAttention",
  "exact",
  "deterministic",
  "costProfile",
  "isolation",
  "devices",
  "splitMode",
  "signal",
  "onProgress",
] as const satisfies readonly (keyof PairOptions)[];

const GENERATE_KEYS = [
  "maxTokens",
  "draft",
  "priority",
  "cachePrompt",
  "stop",
  "stopTokens",
  "ignoreEnd",
  "signal",
  ...SAMPLING_KEYS,
] as const satisfies readonly (keyof GenerateOptions)[];

/** Throws OPTION_INVALID or OPTION_UNKNOWN. A value of undefined is an option not given. */
export function resolvePairOptions(input: unknown): ResolvedPairOptions {
  const options = is.record("options", input);
  is.onlyKnownKeys("", options, PAIR_KEYS);
  const threads = is.optional(options.threads, (v) => threadCount("threads", v)) ?? defaultThreads();
  const draft = resolveDraft(options.draft);
  const kvType = is.optional(options.kvType, (v) => is.oneOf("kvType", v, KV_TYPES)) ?? "f16";
  const flashAttention = is.optional(options.flashAttention, (v) => is.boolean("flashAttention", v)) ?? true;
  for (const [name, type] of [
    ["kvType", kvType] as const,
    ["draft.kvType", draft?.kvType ?? kvType] as const,
  ]) {
    if (!flashAttention && isQuantised(type))
      throw is.invalid(name, "f32, f16 or bf16 where flashAttention is false", type);
  }
  return {
    target: is.nonEmptyString("target", options.target),
    draft,
    contextSize: is.optional(options.contextSize, contextSize),
    kvType,
    checkMemory: is.optional(options.checkMemory, (v) => is.boolean("checkMemory", v)) ?? true,
    maxSequences: is.optional(options.maxSequences, maxSequences) ?? 1,
    promptCacheBytes: is.optional(options.promptCacheBytes, (v) =>
      is.integer("promptCacheBytes", v, 0, Number.MAX_SAFE_INTEGER),
    ),
    batchSize: is.optional(options.batchSize, (v) => is.integer("batchSize", v, 1, 8192)) ?? 512,
    threads,
    draftThreads: is.optional(options.draftThreads, (v) => threadCount("draftThreads", v)) ?? threads,
    extraBuffers: is.optional(options.extraBuffers, (v) => is.boolean("extraBuffers", v)) ?? true,
    flashAttention,
    exact: is.optional(options.exact, (v) => is.boolean("exact", v)) ?? false,
    deterministic: is.optional(options.deterministic, (v) => is.boolean("deterministic", v)) ?? false,
    costProfile: is.optional(options.costProfile, resolveCostProfile),
    ...resolvePlace(options, draft),
    signal: is.optional(options.signal, (v) => is.abortSignal("signal", v)),
    onProgress: is.optional(options.onProgress, progressListener),
  };
}

/** In which process and on which devices. */
function resolvePlace(options: Record<string, unknown>, draft: ResolvedDraft | null) {
  const { isolation, devices, splitMode } = options;
  const workers = is.optional(devices, workerAddresses) ?? [];
  const place = is.optional(isolation, (v) => is.oneOf("isolation", v, ISOLATIONS));
  const splitRows = is.optional(splitMode, (v) => is.oneOf("splitMode", v, SPLIT_MODES)) === "row";
  // ggml aborts the process that loses a worker, or where it cannot divide what a model computes.
  const reason = workers.length > 0 ? "devices are given" : splitRows ? 'splitMode is "row"' : null;
  if (reason !== null && place === "none") throw is.invalid("isolation", `"process" where ${reason}`, place);
  const device = is.optional(options.device, (v) => is.nonEmptyString("device", v));
  if (reason !== null && device !== null) throw is.invalid("device", `nothing where ${reason}`, device);
  if (splitRows && options.flashAttention === false)
    throw is.invalid("flashAttention", 'true where splitMode is "row"', false);
  const layers = is.optional(options.gpuLayers, (v) => gpuLayers("gpuLayers", v)) ?? "auto";
  return {
    isolation: reason !== null ? "process" : (place ?? "none"),
    workers,
    splitRows,
    device: { target: device, draft: draft?.device ?? device },
    gpuLayers: { target: layers, draft: draft?.gpuLayers ?? layers },
  } as const;
}

/** What a generation's options stand on. */
export interface PairDefaults {
  /** What the pair drafts with; null without a draft. */
  draft: ResolvedDraftLength | null;
  /** Number of the target's tokens. */
  vocabulary: number;
  deterministic: boolean;
}

export function resolveGenerateOptions(input: unknown, pair: PairDefaults): ResolvedGenerateOptions {
  const options = is.record("options", input);
  is.onlyKnownKeys("", options, GENERATE_KEYS);
  return {
    ...resolveSampling(options, pair.vocabulary),
    maxTokens: is.optional(options.maxTokens, (v) => is.integer("maxTokens", v, 1, 1048576)) ?? 256,
    draft: resolveGenerationDraft(options.draft, pair.draft),
    priority: is.optional(options.priority, (v) => is.integer("priority", v, -1000, 1000)) ?? 0,
    cachePrompt: is.optional(options.cachePrompt, (v) => is.boolean("cachePrompt", v)) ?? !pair.deterministic,
    stop: is.optional(options.stop, stopStrings) ?? [],
    stopTokens: is.optional(options.stopTokens, (v) => stopTokens(v, pair.vocabulary)) ?? [],
    ignoreEnd: is.optional(options.ignoreEnd, (v) => is.boolean("ignoreEnd", v)) ?? false,
    signal: is.optional(options.signal, (v) => is.abortSignal("signal", v)),
  };
}

export const MAX_SEQUENCES = 64;

const contextSize = integerOrAuto("contextSize", 2, 1048576);
const maxSequences = integerOrAuto("maxSequences", 1, MAX_SEQUENCES);

function integerOrAuto(name: string, min: number, max: number) {
  return (value: unknown): number | "auto" => {
    if (value === "auto") return value;
    if (typeof value !== "number")
      throw is.invalid(name, `integer between ${min} and ${max} or "auto"`, value);
    return is.integer(name, value, min, max);
  };
}

function progressListener(value: unknown): (fraction: number) => void {
  if (typeof value !== "function") throw is.invalid("onProgress", "function", value);
  return (fraction) => value(fraction);
}

function stopTokens(value: unknown, vocabulary: number): number[] {
  if (!Array.isArray(value) || value.length > 64)
    throw is.invalid("stopTokens", "array of at most 64 tokens", value);
  return Array.from(value, (id, i) => is.integer(`stopTokens[${i}]`, id, 0, vocabulary - 1));
}

function stopStrings(value: unknown): string[] {
  const list: unknown[] = Array.isArray(value) ? value : [value];
  if (list.length > 64)
    throw createError("OPTION_INVALID", `Expected at most 64 strings for stop but received ${list.length}`);
  return list.map((text, i) => is.nonEmptyString(Array.isArray(value) ? `stop[${i}]` : "stop", text));
}
