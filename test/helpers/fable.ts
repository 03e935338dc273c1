import { readFileSync } from "node:fs";
import type { Test } from "tap";
import { type Completion, loadPair, type Pair, type PairOptions } from "../../lib/index.js";

/** Short openings for comparing texts over many prompts. */
export const prompts: string[] = JSON.parse(
  readFileSync(new URL("../../bench/prompts.json", import.meta.url), "utf8"),
).identity;

/**
 * The embedded target with a draft, closed when the test ends. One thread unless asked otherwise: threads that wait for each
 * other at every operation crawl when test files run side by side.
 */
export async function fable(t: Test, options: Partial<PairOptions> = {}): Promise<Pair> {
  const pair = await loadPair({ target: "fable-17m", draft: "fable-1m", threads: 1, ...options });
  t.teardown(() => pair.close());
  return pair;
}

export function ids({ tokens }: Pick<Completion, "tokens">): number[] {
  return tokens.map((token) => token.id);
}
