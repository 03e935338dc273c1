import * as is from "./is.js";
import { median } from "./median.js";
import type { NativeEngine } from "./native.js";

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
  /** [n - 1] = v(n), the relative cost of a target pass of n rows; the first is 1. */
  verifyCosts: number[];
}

/** Passes of one width in a row. */
const PASSES = 5;
/** Widths whose times are not used: threads that slept and weights that left the caches make the first passes slow. */
const WARM_UP = [1, 1, 1];

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
  const measure = async (model: "target" | "draft", widths: number[]) =>
    (await engine.measure(model, [...WARM_UP, ...widths], past, PASSES)).slice(WARM_UP.length);
  const targetRuns: number[][] = [];
  const draftRuns: number[][] = [];
  // Interleaved, so that a busy moment of the machine does not fall on one width alone.
  for (let i = 0; i < repeats; i++) {
    targetRuns.push(await measure("target", rows));
    if (hasDraft) draftRuns.push(await measure("draft", [1]));
  }
  const times = rows.map((_, i) => median(targetRuns.map((run) => run[i] ?? Number.NaN)));
  const targetStepMs = times[0] ?? Number.NaN;
  const draftStepMs = hasDraft ? median(draftRuns.flat()) : null;
  return {
    targetStepMs,
    draftStepMs,
    draftCost: draftStepMs === null ? null : draftStepMs / targetStepMs,
    verifyCosts: times.map((ms) => ms / targetStepMs),
  };
}
