import type { Pair } from "../pair.js";
import type { BenchmarkPlan } from "./benchmark.js";
import { findDivergence } from "./divergence.js";
import { type PairedRun, type Run, runInTurn, runOnce } from "./run.js";
import { type Settings, settingsOf } from "./settings.js";
import { traceOf } from "./trace.js";
import type { BenchmarkPrompt, BenchmarkRow } from "./types.js";

/** What one process measured. */
export interface MeasuredRuns {
  settings: Settings;
  prompts: PromptRuns[];
}

export interface PromptRuns extends Pick<BenchmarkRow, "divergence" | "trace"> {
  prompt: BenchmarkPrompt;
  runs: PairedRun<Run>[];
}

/** Runs of every prompt by turns, after one of each kind that is thrown away. */
export async function measureRuns(pair: Pair, plan: BenchmarkPlan): Promise<MeasuredRuns> {
  const [first] = plan.prompts;
  if (first)
    for (const side of ["baseline", "speculative"] as const) await runOnce(pair, first, side, 0, plan);
  const prompts: PromptRuns[] = [];
  for (const prompt of plan.prompts) {
    plan.onProgress?.({ done: prompts.length, total: plan.prompts.length, prompt: prompt.name });
    prompts.push(await measurePrompt(pair, prompt, plan));
  }
  return { settings: settingsOf(plan), prompts };
}

async function measurePrompt(pair: Pair, prompt: BenchmarkPrompt, plan: BenchmarkPlan): Promise<PromptRuns> {
  const runs: PairedRun<Run>[] = [];
  for (let i = 0; i < plan.repeat; i++)
    runs.push(await runInTurn(i, (side) => runOnce(pair, prompt, side, i, plan)));
  return {
    prompt,
    runs,
    divergence: await findDivergence(pair, prompt, runs, plan),
    trace: plan.trace ? await traceOf(pair, prompt, plan) : null,
  };
}
