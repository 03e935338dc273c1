import { performance } from "node:perf_hooks";
import type { PassCosts } from "../costs.js";
import type { Pair } from "../pair.js";

/** Series of passes within the budget. */
const MOST_SERIES = 9;

/** Passes of both models by themselves, as often as the budget allows. */
export async function measureWithin(pair: Pair, maxRows: number, budgetMs: number): Promise<PassCosts> {
  const options = { draftMaxTokens: maxRows - 1 };
  const began = performance.now();
  const first = await pair.measure({ ...options, repeats: 1 });
  // One series, and one that warmed up.
  const series = (performance.now() - began) / 2;
  const repeats = Math.min(MOST_SERIES, Math.floor((budgetMs - 2 * series) / series) - 1);
  return repeats > 1 ? pair.measure({ ...options, repeats }) : first;
}
