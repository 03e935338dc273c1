import { best, type PairGroup, type Placed } from "../../study/groups.js";
import { SERIES } from "./theme.js";

/** The cases of a pair that fit one chart: the fastest, the policy's own choice, the last fixed length, then in the report's order. */
export function selectCases({ cases }: PairGroup): Placed[] {
  const fastest = best(cases);
  const chosen = cases.find(({ one }) => one.draft.policy === "adaptive");
  const longest = cases.findLast(({ one }) => one.draft.policy === "fixed");
  const first = [fastest, chosen, longest].filter((one) => one !== undefined);
  const order = new Set([...first, ...cases]);
  const shown = [...order].slice(0, SERIES.length);
  return cases.filter((one) => shown.includes(one));
}

/** What a caption says of cases that a chart has no room for. */
export function leftOut({ cases }: PairGroup, shown: readonly Placed[]): string {
  const more = cases.length - shown.length;
  return more === 0 ? "" : ` ${more} more ${more === 1 ? "setting is" : "settings are"} in the table below.`;
}
