import {
  DRAFT_CHOICES,
  DRAFT_POLICIES,
  DRAFT_QUANTIZATIONS,
  DRAFT_TYPES,
  type DraftChoice,
  type DraftPolicy,
  type DraftQuantization,
  type DraftType,
  MAX_DRAFT_TOKENS,
} from "./draft-options.js";
import { createError } from "./errors.js";
import { gpuLayers } from "./gpu-layers.js";
import * as is from "./is.js";
import { KV_TYPES, type KvType } from "./kv-types.js";

/** How one generation drafts. */
export interface ResolvedDraftLength {
  policy: DraftPolicy;
  maxTokens: number;
  minConfidence: number;
  /** null: what suits the verification. */
  choice: DraftChoice | null;
  type: DraftType;
}

/** What a pair drafts with. */
export interface ResolvedDraft extends ResolvedDraftLength {
  /** null for n-grams alone. */
  model: string | null;
  /** null: the weights as they are. */
  quantize: DraftQuantization | null;
  crossVocabulary: boolean;
  /** null: the target's. */
  kvType: KvType | null;
  /** null: as the target's, both. */
  gpuLayers: number | "auto" | null;
  device: string | null;
  /** null for a model alone. */
  ngram: { minMatch: number; historyTokens: number } | null;
}

/** The adaptive policy seldom wants more; what it does not draw costs nothing. */
const DEFAULT_MAX_TOKENS = 16;
/** Longer drafts of fixed length pay only for pairs that agree more often than small models do. */
const DEFAULT_FIXED_LENGTH = 3;
const LENGTH_KEYS = ["policy", "maxTokens", "minConfidence", "choice"];
const NGRAM_KEYS = ["minMatch", "historyTokens"];

/** Throws OPTION_INVALID or OPTION_UNKNOWN; so does the other. */
export function resolveDraft(value: unknown): ResolvedDraft | null {
  if (value === undefined || value === false) return null;
  if (typeof value === "string") return resolveDraft({ model: is.nonEmptyString("draft", value) });
  if (!is.isRecord(value)) throw is.invalid("draft", "model path or name, object, or false", value);
  const type = is.optional(value.type, draftType) ?? "model";
  const usesModel = type !== "ngram";
  const usesNgrams = type !== "model";
  is.onlyKnownKeys("draft", value, [
    "type",
    ...(usesModel ? ["model", "quantize", "crossVocabulary", "kvType", "gpuLayers", "device"] : []),
    ...LENGTH_KEYS,
    ...(usesNgrams ? NGRAM_KEYS : []),
  ]);
  return {
    ...resolveLength(value, null),
    type,
    model: usesModel ? is.nonEmptyString("draft.model", value.model) : null,
    quantize: is.optional(value.quantize, (v) => is.oneOf("draft.quantize", v, DRAFT_QUANTIZATIONS)),
    crossVocabulary:
      is.optional(value.crossVocabulary, (v) => is.boolean("draft.crossVocabulary", v)) ?? false,
    kvType: is.optional(value.kvType, (v) => is.oneOf("draft.kvType", v, KV_TYPES)),
    gpuLayers: is.optional(value.gpuLayers, (v) => gpuLayers("draft.gpuLayers", v)),
    device: is.optional(value.device, (v) => is.nonEmptyString("draft.device", v)),
    ngram: usesNgrams
      ? {
          minMatch: is.optional(value.minMatch, (v) => is.integer("draft.minMatch", v, 1, 1000)) ?? 2,
          historyTokens:
            is.optional(value.historyTokens, (v) => is.integer("draft.historyTokens", v, 0, 16777216)) ?? 0,
        }
      : null,
  };
}

/** The draft of one generation of a pair loaded with `pair`; null decodes plainly. */
export function resolveGenerationDraft(
  value: unknown,
  pair: ResolvedDraftLength | null,
): ResolvedDraftLength | null {
  if (value === undefined) return pair;
  if (value === false) return null;
  if (!is.isRecord(value)) throw is.invalid("draft", "object or false", value);
  is.onlyKnownKeys("draft", value, ["type", ...LENGTH_KEYS]);
  const length = resolveLength(value, pair);
  const type = is.optional(value.type, draftType);
  if (pair === null) {
    if (length.maxTokens === 0) return null;
    throw createError("OPTION_INVALID", "Expected draft: false for a pair loaded without a draft");
  }
  if (type !== null && type !== pair.type && pair.type !== "combined") {
    throw createError(
      "OPTION_INVALID",
      `Expected ${JSON.stringify(pair.type)}, what the pair was loaded with, for draft.type but received ${JSON.stringify(type)}`,
    );
  }
  return { ...length, type: type ?? pair.type };
}

function resolveLength(value: Record<string, unknown>, pair: ResolvedDraftLength | null) {
  const policy =
    is.optional(value.policy, (v) => is.oneOf("draft.policy", v, DRAFT_POLICIES)) ??
    pair?.policy ??
    "adaptive";
  const usual = policy === "fixed" ? DEFAULT_FIXED_LENGTH : DEFAULT_MAX_TOKENS;
  return {
    policy,
    maxTokens:
      is.optional(value.maxTokens, (v) => is.integer("draft.maxTokens", v, 0, MAX_DRAFT_TOKENS)) ??
      (pair?.policy === policy ? pair.maxTokens : usual),
    minConfidence:
      is.optional(value.minConfidence, (v) => is.number("draft.minConfidence", v, 0, 1)) ??
      pair?.minConfidence ??
      0.6,
    choice:
      is.optional(value.choice, (v) => is.oneOf("draft.choice", v, DRAFT_CHOICES)) ?? pair?.choice ?? null,
    type: pair?.type ?? "model",
  };
}

function draftType(value: unknown): DraftType {
  return is.oneOf("draft.type", value, DRAFT_TYPES);
}
