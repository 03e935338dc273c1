import type { PassCosts } from "../costs.js";
import { median } from "../median.js";
import type { Pair } from "../pair.js";
import { expectedSpeedup } from "../prediction.js";
import type { Prompt } from "../prompt.js";

export interface DraftAdvice {
  agreement: number;
  /** The fixed length that the formula favours, 0 where no draft pays, and what it promises. */
  bestFixed: { maxTokens: number; speedup: number };
  /** What the default policy reached on the same prompts. */
  adaptive: { speedup: number; draftLength: number };
}

const TOKENS = 96;

/** What the draft is worth on these prompts, from a few generations. */
export async function adviseDraft(
  pair: Pair,
  costs: PassCosts,
  prompts: readonly Prompt[],
): Promise<DraftAdvice> {
  const options = { maxTokens: TOKENS, ignoreEnd: true, cachePrompt: false };
  let [accepted, corrections, proposed, rounds] = [0, 0, 0, 0];
  const speedups: number[] = [];
  for (const prompt of prompts) {
    const plain = await pair.complete(prompt, { ...options, draft: false });
    const adaptive = await pair.complete(prompt, { ...options, draft: { policy: "adaptive" } });
    const fixed = await pair.complete(prompt, { ...options, draft: { policy: "fixed", maxTokens: 3 } });
    accepted += fixed.stats.accepted;
    corrections += fixed.stats.corrections;
    proposed += adaptive.stats.proposed;
    rounds += adaptive.stats.rounds;
    speedups.push((adaptive.stats.tokensPerSecond ?? 0) / (plain.stats.tokensPerSecond ?? Number.NaN));
  }
  const agreement = accepted / Math.max(1, accepted + corrections);
  const bestFixed = costs.verifyCosts.slice(1).reduce(
    (best, verifyCost, i) => {
      const speedup = expectedSpeedup(agreement, i + 1, costs.draftCost ?? 0, verifyCost);
      return speedup > best.speedup ? { maxTokens: i + 1, speedup } : best;
    },
    { maxTokens: 0, speedup: 1 },
  );
  return { agreement, bestFixed, adaptive: { speedup: median(speedups), draftLength: proposed / rounds } };
}
