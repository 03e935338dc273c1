import { DASHES, SERIES, SHAPES } from "./theme.js";

/** Scales of a series of names, at most as many as there are colours. */
export function seriesScales(names: readonly string[]) {
  const scale = <T>(range: readonly T[]) => ({ domain: [...names], range: range.slice(0, names.length) });
  return { color: scale(SERIES), shape: scale(SHAPES), strokeDash: scale(DASHES) };
}

/** The rule at 1×: where a draft neither gains nor costs. */
export function breakEven(channel: "x" | "y") {
  return {
    data: { values: [{}] },
    mark: { type: "rule", color: "var(--ink)", strokeDash: [3, 3] },
    encoding: { [channel]: { datum: 1, type: "quantitative" } },
  };
}
