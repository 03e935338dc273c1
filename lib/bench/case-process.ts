/** A process that measures its share of one case and ends: what one case leaves in memory or caches is no other's. Run by run-task.ts. */
import { basename } from "node:path";
import { MAX_DRAFT_TOKENS } from "../draft-options.js";
import { loadPair } from "../load-pair.js";
import type { ModelInfo } from "../model-info.js";
import { native } from "../native.js";
import type { Pair } from "../pair.js";
import { resolveBenchmark } from "./benchmark.js";
import type { Answer, Case, ConcurrentCase, Task } from "./case-types.js";
import { measureStreams } from "./concurrency.js";
import { readDial } from "./dialled.js";
import { measureRuns } from "./measure-runs.js";
import { measureWithin } from "./measure-within.js";
import { measureOverheads } from "./overheads.js";
import type { ModelCard } from "./types.js";

/** Milliseconds that measuring passes by themselves may take, and again what is around them. */
const PROFILE_BUDGET_MS = 4000;

async function perform(task: Task): Promise<Answer> {
  const { pair: models, threads } = task.type === "profile" ? task : task.case;
  const began = performance.now();
  const pair = await loadPair({
    target: models.target,
    ...models.placement,
    draft: { model: models.draft, ...models.draftModel },
    threads,
    exact: models.exact,
    // A profile measures passes itself.
    deterministic: task.type === "profile",
    ...(task.type === "concurrency" ? await sizeFor(task.case) : {}),
  });
  const loadMs = performance.now() - began;
  try {
    switch (task.type) {
      case "case": {
        const measured = await measure(pair, task.case);
        return { type: "case", measured, loadMs, peakMemoryBytes: peakMemory() };
      }
      case "concurrency": {
        const measured = await measureConcurrency(pair, task.case);
        return { type: "concurrency", measured, loadMs, peakMemoryBytes: peakMemory() };
      }
      case "profile":
        return await profile(pair, task, loadMs);
    }
  } finally {
    await pair.close();
  }
}

function measure(pair: Pair, { trace, ...one }: Case) {
  const plan = resolveBenchmark(pair, {
    ...optionsOf(one),
    trace,
    onProgress: ({ done, total, prompt }) =>
      answer({ type: "progress", text: `prompt ${done + 1}/${total}: ${prompt}` }),
  });
  return measureRuns(pair, plan);
}

function measureConcurrency(pair: Pair, one: Case) {
  return measureStreams(pair, optionsOf(one), {
    perSlot: one.perSlot,
    onProgress: (text) => answer({ type: "progress", text }),
  });
}

function optionsOf({
  draft,
  temperature,
  verification,
  prompts,
  maxTokens,
  repeat,
  seed,
}: Omit<Case, "trace">) {
  return { draft, temperature, verification, prompts, maxTokens, repeat, seed };
}

/** A slot for each request, long enough for the longest prompt: a token is at least a byte, but for one before the text. */
async function sizeFor({ pair, prompts, maxTokens, concurrency }: ConcurrentCase) {
  const { trainedContextSize } = await native.readHeader(pair.target);
  const longest = Math.max(
    ...prompts.map(({ text }) => (typeof text === "string" ? Buffer.byteLength(text) + 1 : text.length)),
  );
  const needed = longest + maxTokens + MAX_DRAFT_TOKENS;
  const contextSize = trainedContextSize > 0 ? Math.min(needed, trainedContextSize) : needed;
  return { maxSequences: concurrency, contextSize };
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

/** Resolves when it is on its way: what many streams say is more than the channel takes at once. */
function answer(message: Answer): Promise<void> {
  return new Promise((resolve) => process.send?.(message, () => resolve()));
}

process.once("message", async (task: Task) => {
  // Ctrl-C reaches the whole group; the parent decides what to keep, and then lets go of the channel.
  process.on("SIGINT", () => {});
  try {
    await answer(await perform(task));
  } catch (error) {
    const { message, code = null } = error as Error & { code?: string };
    await answer({ type: "error", code, message });
  }
  process.disconnect();
});
process.once("disconnect", () => process.exit());
