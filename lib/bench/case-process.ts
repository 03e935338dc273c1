/** A process that measures one case and ends: what one case leaves in memory or caches is no other's. Run by run-task.ts. */
import { basename } from "node:path";
import { loadPair } from "../load-pair.js";
import type { ModelInfo } from "../model-info.js";
import type { Pair } from "../pair.js";
import { benchmark } from "./benchmark.js";
import type { Answer, Case, Task } from "./case-types.js";
import { readDial } from "./dialled.js";
import { measureWithin } from "./measure-within.js";
import { measureOverheads } from "./overheads.js";
import type { ModelCard } from "./types.js";

/** Milliseconds that measuring passes by themselves may take, and again what is around them. */
const PROFILE_BUDGET_MS = 4000;

async function perform(task: Task): Promise<Answer> {
  const { pair: models, threads } = task.type === "case" ? task.case : task;
  const began = performance.now();
  const pair = await loadPair({
    target: models.target,
    draft: { model: models.draft, ...models.draftModel },
    threads,
    // A profile measures passes itself.
    deterministic: task.type === "profile",
  });
  const loadMs = performance.now() - began;
  try {
    return task.type === "case"
      ? { type: "case", report: await measure(pair, task.case), loadMs, peakMemoryBytes: peakMemory() }
      : await profile(pair, task, loadMs);
  } finally {
    await pair.close();
  }
}

function measure(
  pair: Pair,
  { draft, temperature, verification, prompts, maxTokens, repeat, seed, trace }: Case,
) {
  return benchmark(pair, {
    ...{ draft, temperature, verification, prompts, maxTokens, repeat, seed, trace },
    onProgress: ({ done, total, prompt }) =>
      answer({ type: "progress", text: `prompt ${done + 1}/${total}: ${prompt}` }),
  });
}

async function profile(
  pair: Pair,
  { pair: models, maxRows, prompt }: Extract<Task, { type: "profile" }>,
  loadMs: number,
): Promise<Answer> {
  const { draft, compatibility } = pair;
  if (draft === null || compatibility === null) throw new Error("A profile of a pair needs its draft");
  const costs = await measureWithin(pair, maxRows, PROFILE_BUDGET_MS);
  const { targetStepMs: stepMs } = costs;
  const overheads = await measureOverheads(pair, prompt, { stepMs, budgetMs: PROFILE_BUDGET_MS });
  return {
    type: "profile",
    target: await card(models.target, pair.target),
    draft: await card(models.draft, draft),
    compatibility: { verdict: compatibility.verdict, reasons: compatibility.reasons },
    profile: { costs, overheads, loadMs, peakMemoryBytes: peakMemory() },
  };
}

async function card(model: string, info: ModelInfo): Promise<ModelCard> {
  return {
    file: basename(model),
    name: info.name ?? model,
    architecture: info.architecture,
    parameters: info.parameters,
    weightBytes: info.weightBytes,
    layers: info.layers,
    embeddingSize: info.embeddingSize,
    vocabularySize: info.vocabulary.size,
    trainedContextSize: info.trainedContextSize,
    dialledAgreement: (await readDial(model))?.agreement ?? null,
  };
}

/** Node's in kibibytes. */
function peakMemory(): number {
  return process.resourceUsage().maxRSS * 1024;
}

function answer(message: Answer): void {
  process.send?.(message);
}

process.once("message", async (task: Task) => {
  // Ctrl-C reaches the whole group; the parent decides what to keep, and then lets go of the channel.
  process.on("SIGINT", () => {});
  try {
    answer(await perform(task));
  } catch (error) {
    const { message, code = null } = error as Error & { code?: string };
    answer({ type: "error", code, message });
  }
  process.disconnect();
});
process.once("disconnect", () => process.exit());
