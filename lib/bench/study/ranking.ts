import type { Report } from "../report-types.js";
import { type Agreement, agreementOf, judges } from "./agreement.js";
import { best, byPair, isTrained, type PairGroup, type Placed } from "./groups.js";

/** A pair in its fastest setting, and how often its draft agrees. */
export interface Ranked extends PairGroup, Agreement {
  best: Placed;
  /** The cases that the agreement is of. */
  judges: Placed[];
  parameterRatio: number;
}

/** Trained pairs, the fastest first. Dialled ones have no place: their agreement was chosen, not found. */
export function rankPairs(report: Report): Ranked[] {
  return byPair(report)
    .filter(isTrained)
    .flatMap((group) => {
      const fastest = best(group.cases);
      const { target, draft } = group.pair;
      if (fastest === undefined) return [];
      const judging = judges(fastest, group.cases);
      return {
        ...group,
        ...agreementOf(judging),
        best: fastest,
        judges: judging,
        parameterRatio: draft.parameters / target.parameters,
      };
    })
    .sort((a, b) => b.best.one.summary.speedup - a.best.one.summary.speedup);
}

/** Pairs whose agreement was set by construction, which the studies of sizes and domains leave out. */
export function dialledPairs(report: Report): PairGroup[] {
  return byPair(report).filter((group) => !isTrained(group));
}
