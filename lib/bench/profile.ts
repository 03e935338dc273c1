import { availableParallelism } from "node:os";
import { performance } from "node:perf_hooks";
import type { PassCosts } from "../costs.js";
import { type DraftModelOptions, MAX_DRAFT_TOKENS } from "../draft-options.js";
import * as is from "../is.js";
import { loadPair } from "../load-pair.js";
import type { PairOptions, TargetPlacement } from "../options.js";
import type { Pair } from "../pair.js";
import type { Prompt } from "../prompt.js";
import { adviseDraft, type DraftAdvice } from "./advice.js";
import { readDial } from "./dialled.js";
import { measureWithin } from "./measure-within.js";
import { measureOverheads, type Overheads } from "./overheads.js";
import { dialledPrompts, promptSet } from "./prompt-sets.js";

export interface ProfileOptions {
  target: string;
  draft: string | null;
  placement: TargetPlacement;
  /** CPU threads of both models, except where numbers of threads are compared. */
  threads?: number;
  draftModel: DraftModelOptions;
  /** Largest number of rows of a target pass. */
  maxRows: number;
  /** Milliseconds that measuring passes may take. */
  budgetMs: number;
  /** A set's name or a file. */
  prompts: string;
  signal: AbortSignal;
  onProgress: (text: string) => void;
}

/** What `foretoken profile` prints. */
export interface Profile {
  /** Milliseconds of loading the models. */
  loadMs: number;
  /** Resident memory with the models loaded and used, in bytes. */
  memoryBytes: number;
  costs: PassCosts;
  overheads: Overheads;
  /** Milliseconds of single-row passes by the number of threads, 1, 2, 4, … */
  threads: { threads: number; targetStepMs: number; draftStepMs: number | null }[];
  /** null without a draft. */
  advice: DraftAdvice | null;
}

const MOST_PROMPTS = 4;

/** Rejects with what loading and generating reject with, PROMPTS_INVALID, and the signal's reason. */
export async function profileModels(options: ProfileOptions): Promise<Profile> {
  const { target, draft, placement, draftModel, signal, onProgress } = options;
  const maxRows = is.integer("rows", options.maxRows, 1, MAX_DRAFT_TOKENS + 1);
  const budgetMs = is.integer("budget", options.budgetMs / 1000, 1, 3600) * 1000;
  const model: PairOptions = {
    target,
    ...placement,
    ...(options.threads === undefined ? {} : { threads: options.threads }),
    draft: draft === null ? false : { model: draft, ...draftModel },
    signal,
  };
  onProgress("loading");
  const began = performance.now();
  const pair = await loadPair(model);
  const loadMs = performance.now() - began;
  const close = () => void pair.close();
  signal.addEventListener("abort", close);
  try {
    const prompts = await promptsFor(pair, options.prompts);
    onProgress(`passes of 1 to ${maxRows} rows`);
    const costs = await measureWithin(pair, maxRows, budgetMs);
    onProgress("sampling and streaming");
    const overheads = await measureOverheads(pair, prompts[0] ?? "", {
      stepMs: costs.targetStepMs,
      budgetMs,
    });
    onProgress("how often the draft agrees");
    const advice = draft === null ? null : await adviseDraft(pair, costs, prompts);
    const memoryBytes = process.memoryUsage().rss;
    await pair.close();
    const threads = [];
    for (const count of threadCounts()) {
      onProgress(`${count} ${count === 1 ? "thread" : "threads"}`);
      threads.push(await stepsWith(model, count));
    }
    return { loadMs, memoryBytes, costs, overheads, threads, advice };
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    signal.removeEventListener("abort", close);
    await pair.close();
  }
}

async function promptsFor(pair: Pair, set: string): Promise<Prompt[]> {
  const dial = await readDial(pair.target.path);
  const prompts = dial === null ? await promptSet(set) : dialledPrompts(dial.starts, MOST_PROMPTS);
  return prompts.slice(0, MOST_PROMPTS).map(({ text }) => text);
}

function threadCounts(): number[] {
  const all = availableParallelism();
  const powers = Array.from({ length: 10 }, (_, i) => 2 ** i).filter((count) => count < all);
  return [...powers, all];
}

async function stepsWith(model: PairOptions, threads: number): Promise<Profile["threads"][number]> {
  const pair = await loadPair({ ...model, threads, deterministic: true });
  try {
    const { targetStepMs, draftStepMs } = await pair.measure({ draftMaxTokens: 0, repeats: 5 });
    return { threads, targetStepMs, draftStepMs };
  } finally {
    await pair.close();
  }
}
