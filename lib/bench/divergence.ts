import type { Pair } from "../pair.js";
import type { BenchmarkPlan } from "./benchmark.js";
import { generateOptions, type PairedRun, type Run } from "./run.js";
import { isComparable } from "./settings.js";
import type { BenchmarkPrompt, BenchmarkRow } from "./types.js";

type Divergence = BenchmarkRow["divergence"];

/** Where a run's tokens part from the baseline's, and how nearly the target itself had chosen otherwise there. */
export async function findDivergence(
  pair: Pair,
  { text }: BenchmarkPrompt,
  runs: readonly PairedRun<Run>[],
  plan: BenchmarkPlan,
): Promise<Divergence> {
  if (!isComparable(plan)) return null;
  const [first] = runs
    .map(({ baseline, speculative }, repetition) => ({
      repetition,
      position: baseline.ids.findIndex((id, i) => id !== speculative.ids[i]),
    }))
    .filter(({ position }) => position >= 0)
    .sort((a, b) => a.position - b.position);
  if (first === undefined) return null;
  const { repetition, position } = first;
  const { tokens } = await pair.complete(text, {
    // Each repetition samples a text of its own.
    ...generateOptions("baseline", repetition, plan),
    maxTokens: position + 1,
    logprobs: 2,
  });
  const [best, second] = tokens[position]?.topLogprobs ?? [];
  const margin = (best?.logprob ?? Number.NaN) - (second?.logprob ?? Number.NaN);
  // Not a number and infinity would be null in JSON, too.
  return { position, margin: Number.isFinite(margin) ? margin : null };
}

/** Of those whose texts are known to part from the target's, the one that does so soonest. */
export function firstToDiffer<T extends { divergence: Divergence }>(rows: readonly T[]): T | undefined {
  const position = ({ divergence }: T) => divergence?.position ?? Number.POSITIVE_INFINITY;
  return rows
    .filter(({ divergence }) => divergence !== null)
    .sort((a, b) => position(a) - position(b))
    .at(0);
}
