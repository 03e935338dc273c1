import { significant } from "./format.js";
import type { BenchmarkRow } from "./types.js";

/** A token's place in a text as people count. */
export function place(position: number): string {
  return String(position + 1);
}

/** Whether runs gave the target's own tokens; where not, the first that differs and the target's margin there. */
export function describeIdentity({ identical, divergence }: Pick<BenchmarkRow, "identical" | "divergence">) {
  if (identical === null) return "–";
  if (identical) return "yes";
  if (divergence === null) return "NO";
  const { position, margin } = divergence;
  return `NO: token ${place(position)}, margin ${margin === null ? "unknown" : significant(margin)}`;
}
