import type { PassCosts } from "../../costs.js";

/** A larger pass costs no less; so much apart, rounding and graphs kept by width do not lie. */
const TOLERANCE = 1.25;

export const DISTURBED =
  "Others used this machine while passes were measured: some took longer than larger ones. Predictions say little then; measure again " +
  "when it is quiet, or with fewer threads.";

/** Whether a target pass seemed dearer than a larger one: whatever was measured beside it is doubtful. */
export function wasDisturbed({ verifyCosts }: Pick<PassCosts, "verifyCosts">): boolean {
  let least = Number.POSITIVE_INFINITY;
  return [...verifyCosts].reverse().some((cost) => {
    const seemsDear = cost > least * TOLERANCE;
    least = Math.min(least, cost);
    return seemsDear;
  });
}
