import { mean } from "../../median.js";
import type { ReportedCase } from "../report-types.js";
import type { BenchmarkRow, Speed, TimeShares } from "../types.js";

export const TIME_PARTS = [
  "prefill",
  "draft",
  "verify",
  "sample",
  "other",
] as const satisfies (keyof TimeShares)[];

/** Where a case's time goes: the mean over its prompts. */
export function meanShares({ rows }: ReportedCase): TimeShares {
  const of = (part: keyof TimeShares) => mean(rows.map(({ shares }) => shares[part]));
  return {
    prefill: of("prefill"),
    draft: of("draft"),
    verify: of("verify"),
    sample: of("sample"),
    other: of("other"),
  };
}

/** Mean over the prompts of a speed of the runs without a draft or with it; null where no prompt has it. */
export function meanSpeed(
  rows: readonly BenchmarkRow[],
  side: "baseline" | "speculative",
  key: keyof Speed,
): number | null {
  const known = rows.flatMap((row) => row[side][key] ?? []);
  return known.length > 0 ? mean(known) : null;
}

/** [i]: share of the rounds in which the draft's token i was accepted, the mean over the prompts. */
export function meanAcceptedPerPosition({ rows }: ReportedCase): number[] {
  const length = Math.max(0, ...rows.map(({ acceptedPerPosition }) => acceptedPerPosition.length));
  // A prompt whose drafts never went that far had none accepted there.
  return Array.from({ length }, (_, i) =>
    mean(rows.map(({ acceptedPerPosition }) => acceptedPerPosition[i] ?? 0)),
  );
}
