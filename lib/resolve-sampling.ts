import { randomInt } from "node:crypto";
import { createError } from "./errors.js";
import * as is from "./is.js";
import { jsonSchemaToGrammar } from "./json-schema/to-grammar.js";
import type { NativeSampling } from "./native.js";
import { type SamplingOptions, VERIFICATIONS, type Verification } from "./sampling-options.js";

export interface ResolvedSampling {
  sampling: NativeSampling;
  seed: number;
  /** GBNF. */
  grammar: string | null;
  /** -1: no log-probabilities. */
  topLogprobs: number;
  verification: Verification;
}

export const SAMPLING_KEYS = [
  "temperature",
  "topK",
  "topP",
  "minP",
  "typicalP",
  "repeatPenalty",
  "frequencyPenalty",
  "presencePenalty",
  "penaltyLastN",
  "logitBias",
  "seed",
  "grammar",
  "jsonSchema",
  "logprobs",
  "verification",
] as const satisfies readonly (keyof SamplingOptions)[];

/** Throws OPTION_INVALID, OPTION_UNKNOWN, SCHEMA_INVALID, SCHEMA_UNSUPPORTED. `vocabulary`: number of the target's tokens. */
export function resolveSampling(options: Record<string, unknown>, vocabulary: number): ResolvedSampling {
  const number = (name: keyof SamplingOptions, min: number, max: number, usual: number) =>
    is.optional(options[name], (v) => is.number(name, v, min, max)) ?? usual;
  const integer = (name: keyof SamplingOptions, min: number, max: number, usual: number) =>
    is.optional(options[name], (v) => is.integer(name, v, min, max)) ?? usual;
  const temperature = number("temperature", 0, 100, 0);
  return {
    sampling: {
      temperature,
      topK: integer("topK", 0, 1048576, 40),
      topP: number("topP", 0, 1, 0.95),
      minP: number("minP", 0, 1, 0.05),
      typicalP: number("typicalP", 0, 1, 1),
      repeatPenalty: number("repeatPenalty", 0.01, 100, 1),
      frequencyPenalty: number("frequencyPenalty", -100, 100, 0),
      presencePenalty: number("presencePenalty", -100, 100, 0),
      penaltyLastN: integer("penaltyLastN", -1, 1048576, 64),
      logitBias: resolveBias(options.logitBias, vocabulary),
    },
    seed:
      is.optional(options.seed, (v) => is.integer("seed", v, 0, Number.MAX_SAFE_INTEGER)) ??
      randomInt(2 ** 32),
    grammar: resolveGrammar(options),
    topLogprobs: is.optional(options.logprobs, (v) => is.integer("logprobs", v, 0, 100)) ?? -1,
    verification:
      is.optional(options.verification, (v) => is.oneOf("verification", v, VERIFICATIONS)) ??
      (temperature === 0 ? "sample-match" : "block"),
  };
}

function resolveGrammar({ grammar, jsonSchema }: Record<string, unknown>): string | null {
  if (grammar !== undefined && jsonSchema !== undefined) {
    throw createError("OPTION_INVALID", "Expected grammar or jsonSchema but received both");
  }
  if (jsonSchema !== undefined) return jsonSchemaToGrammar(jsonSchema);
  return is.optional(grammar, (v) => is.nonEmptyString("grammar", v));
}

function resolveBias(value: unknown, vocabulary: number): NativeSampling["logitBias"] {
  const entries = value === undefined ? [] : Object.entries(is.record("logitBias", value));
  return entries.map(([id, bias]): [number, number] => {
    if (!/^\d+$/.test(id)) throw is.invalid("logitBias", "token ids as keys", id);
    return [
      is.integer("logitBias", Number(id), 0, vocabulary - 1),
      bias === false ? Number.NEGATIVE_INFINITY : is.number(`logitBias[${id}]`, bias, -1000, 1000),
    ];
  });
}
