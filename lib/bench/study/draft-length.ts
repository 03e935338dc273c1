import { expectedSpeedup, expectedTokensPerRound } from "../../prediction.js";
import { type Agreement, agreementOf, isFixed } from "./agreement.js";
import { best, type PairGroup, type Placed } from "./groups.js";

/** The predicted curve is drawn at least this far. */
const LONGEST = 16;

/** What the formula gives at a draft length. */
export interface Predicted {
  length: number;
  speedup: number;
  acceptanceRate: number;
}

/**
 * How speed follows the draft length, at one temperature. The agreement, which the curve is for, is that of the fixed cases, of
 * the others where none is fixed.
 */
export interface DraftLengthStudy extends Agreement {
  temperature: number;
  /** Cases of a fixed length, shortest first. */
  fixed: Placed[];
  /** Cases of the policy that chooses the length itself. */
  chosen: Placed[];
  /** The fastest of both. */
  best: Placed;
  /** Of lengths 1, 2, …; empty where agreement or cost are not known. */
  predicted: Predicted[];
}

/**
 * Of the cases with the pair's draft model: a study of the lowest temperature, and of each further one at which several
 * lengths were measured.
 */
export function draftLengthStudies({ pair, cases }: PairGroup): DraftLengthStudy[] {
  const drafted = cases.filter(({ one }) => one.draft.type === "model" && one.draft.policy !== "confidence");
  const temperatures = [...new Set(drafted.map(({ one }) => one.temperature))].sort((a, b) => a - b);
  return temperatures.flatMap((temperature, i) => {
    const own = drafted.filter(({ one }) => one.temperature === temperature);
    const fixed = own.filter(isFixed).sort((a, b) => a.one.draft.maxTokens - b.one.draft.maxTokens);
    const chosen = own.filter(({ one }) => one.draft.policy === "adaptive");
    const fastest = best([...chosen, ...fixed]);
    if (fastest === undefined || (i > 0 && fixed.length < 2)) return [];
    const known = agreementOf(fixed.length > 0 ? fixed : chosen);
    return {
      temperature,
      fixed,
      chosen,
      best: fastest,
      ...known,
      predicted: predict(known.agreement, pair.profile.costs),
    };
  });
}

function predict(
  agreement: number | null,
  { draftCost, verifyCosts }: PairGroup["pair"]["profile"]["costs"],
): Predicted[] {
  if (agreement === null || draftCost === null) return [];
  return verifyCosts.slice(1, Math.max(LONGEST, verifyCosts.length - 1) + 1).map((verifyCost, i) => ({
    length: i + 1,
    speedup: expectedSpeedup(agreement, i + 1, draftCost, verifyCost),
    acceptanceRate: (expectedTokensPerRound(agreement, i + 1) - 1) / (i + 1),
  }));
}
