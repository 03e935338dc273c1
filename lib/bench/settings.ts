import type { BenchmarkPlan } from "./benchmark.js";
import type { BenchmarkReport } from "./types.js";

/** With what something was measured, as reports have it. */
export type Settings = Omit<BenchmarkReport, "rows" | "summary">;

export function settingsOf({
  draft: { policy, maxTokens: draftMaxTokens, minConfidence, type },
  temperature,
  verification,
  maxTokens,
  repeat,
  seed,
}: BenchmarkPlan): Settings {
  return {
    draft: { policy, maxTokens: draftMaxTokens, minConfidence, type },
    temperature,
    verification: temperature === 0 ? null : verification,
    maxTokens,
    repeat,
    processes: 1,
    seed,
  };
}

/** Whether both sides write the same text. */
export function isComparable({
  temperature,
  verification,
}: Pick<Settings, "temperature" | "verification">): boolean {
  return temperature === 0 || verification === "sample-match";
}
