import * as is from "./is.js";
import { mean, median } from "./median.js";
import type { NativeEngine, NativePass } from "./native.js";

export interface MeasureOptions {
  /**
   * Longest draft to measure for, 0…64: the target is measured with 1 to this many plus one rows.
   * @default 3, or 0 for a pair without a draft, whose passes have one row
   */
  draftMaxTokens?: number;
  /**
   * Tokens in the cache while measuring, 0…1048576.
   * @default 64
   */
  past?: number;
  /**
   * Series of passes of each kind, 1…1000; the median counts.
   * @default 9
   */
  repeats?: number;
}

/** Costs of forward passes; those of the target relative to its pass of a single row. */
export interface PassCosts {
  /** Milliseconds of one target pass of a single row. */
  targetStepMs: number;
  /** Milliseconds of one draft pass of a single row; null without a draft. */
  draftStepMs: number | null;
  /** c = draftStepMs / targetStepMs; null without a draft. */
  draftCost: number | null;
  /** [n - 1] = v(n), the relative cost of a target pass of n rows; the first is 1. Each measured by itself. */
  verifyCosts: number[];
  /**
   * c and v(draftMaxTokens + 1) as a round meets them: passes of both models in turn, each finding the caches as the
   * other left them. null without a draft or with draftMaxTokens 0.
   */
  round: { draftCost: number; verifyCost: number } | null;
}

/** Milliseconds of passes by their number of tokens. */
export interface CostProfile {
  target: [tokens: number, ms: number][];
  /** Empty without a draft model. */
  draft: [tokens: number, ms: number][];
}

/** Throws OPTION_INVALID or OPTION_UNKNOWN. */
export function resolveCostProfile(value: unknown): CostProfile {
  const profile = is.record("costProfile", value);
  is.onlyKnownKeys("costProfile", profile, ["target", "draft"]);
  const curve = (name: "target" | "draft"): [number, number][] => {
    const points = profile[name];
    const path = `costProfile.${name}`;
    if (!Array.isArray(points)) throw is.invalid(path, "array of [tokens, milliseconds]", points);
    return points.map((point: unknown, i) => {
      if (!Array.isArray(point) || point.length !== 2)
        throw is.invalid(`${path}[${i}]`, "[tokens, milliseconds]", point);
      return [
        is.integer(`${path}[${i}][0]`, point[0], 1, 1048576),
        is.number(`${path}[${i}][1]`, point[1], 1e-6, 1e9),
      ];
    });
  };
  return { target: curve("target"), draft: curve("draft") };
}

/** Passes of one kind in a row. */
const PASSES = 5;

export async function measureCosts(
  engine: NativeEngine,
  hasDraft: boolean,
  options: MeasureOptions,
): Promise<PassCosts> {
  const given = is.record("options", options);
  is.onlyKnownKeys("", given, ["draftMaxTokens", "past", "repeats"]);
  const length = is.integer("draftMaxTokens", given.draftMaxTokens ?? (hasDraft ? 3 : 0), 0, 64);
  const past = is.integer("past", given.past ?? 64, 0, 1048576);
  const repeats = is.integer("repeats", given.repeats ?? 9, 1, 1000);

  const rows = Array.from({ length: length + 1 }, (_, i) => i + 1);
  const alone = async (model: NativePass["model"], tokens: number) => {
    const [ms = Number.NaN] = await engine.measure([{ model, tokens }], past, PASSES);
    return ms;
  };
  const targetRuns: number[][] = [];
  const draftRuns: number[] = [];
  const roundRuns: number[][] = [];
  // Interleaved, so that a busy moment of the machine does not fall on one width alone. The first run warms up: threads
  // that slept and weights that left the caches make it slow.
  for (let i = 0; i <= repeats; i++) {
    const target: number[] = [];
    for (const n of rows) target.push(await alone("target", n));
    const draft = hasDraft ? await alone("draft", 1) : Number.NaN;
    const round = hasDraft && length > 0 ? await engine.measure(twoRounds(length), past, PASSES) : [];
    if (i === 0) continue;
    targetRuns.push(target);
    draftRuns.push(draft);
    roundRuns.push(round);
  }
  const times = rows.map((_, i) => median(targetRuns.map((run) => run[i] ?? Number.NaN)));
  const targetStepMs = times[0] ?? Number.NaN;
  const draftStepMs = hasDraft ? median(draftRuns) : null;
  const roundMs = twoRounds(length).map((_, i) => median(roundRuns.map((run) => run[i] ?? Number.NaN)));
  const of = (model: NativePass["model"]) =>
    mean(roundMs.filter((_, i) => twoRounds(length)[i]?.model === model)) / targetStepMs;
  return {
    targetStepMs,
    draftStepMs,
    draftCost: draftStepMs === null ? null : draftStepMs / targetStepMs,
    verifyCosts: times.map((ms) => ms / targetStepMs),
    round: hasDraft && length > 0 ? { draftCost: of("draft"), verifyCost: of("target") } : null,
  };
}

/** A draft's first pass has one token after a correction and two after a bonus. */
function twoRounds(length: number): NativePass[] {
  return [1, 2].flatMap((first) => [
    ...Array.from({ length }, (_, i): NativePass => ({ model: "draft", tokens: i === 0 ? first : 1 })),
    { model: "target", tokens: length + 1 },
  ]);
}
