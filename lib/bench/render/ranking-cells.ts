import { fixed, percent, range, times } from "../format.js";
import type { Ranked } from "../study/ranking.js";

export const RANKING_TITLE = "Drafts, each at its fastest setting";
export const RANKING_HEAD = ["pair", "draft's size", "c", "agreement", "speedup", "95% interval", "setting"];

/** A pair's line, in words. */
export function rankingCells({ pair, best: { one }, agreement, parameterRatio }: Ranked): string[] {
  const { draftCost } = pair.profile.costs;
  const { speedup, interval } = one.summary;
  return [
    pair.id,
    percent(parameterRatio),
    draftCost === null ? "\u2013" : fixed(3)(draftCost),
    agreement === null ? "\u2013" : percent(agreement),
    times(speedup),
    range(interval, fixed(2)),
    one.label,
  ];
}
