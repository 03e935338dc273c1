import type { Report } from "../report-types.js";
import { best, byPair, isTrained, type PairGroup, type Placed } from "./groups.js";

/** A pair in its fastest setting. */
export interface Ranked extends PairGroup {
  best: Placed;
  parameterRatio: number;
}

/** Trained pairs, the fastest first. Dialled ones have no place: their agreement was chosen, not found. */
export function rankPairs(report: Report): Ranked[] {
  return byPair(report)
    .filter(isTrained)
    .flatMap((group) => {
      const fastest = best(group.cases);
      const { target, draft } = group.pair;
      return fastest === undefined
        ? []
        : { ...group, best: fastest, parameterRatio: draft.parameters / target.parameters };
    })
    .sort((a, b) => b.best.one.summary.speedup - a.best.one.summary.speedup);
}

/** Pairs whose agreement was set by construction, which the studies of sizes and domains leave out. */
export function dialledPairs(report: Report): PairGroup[] {
  return byPair(report).filter((group) => !isTrained(group));
}
