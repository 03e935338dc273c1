import { readFileSync } from "node:fs";
import { basename } from "node:path";
import type { DraftModelOptions, GenerationDraftOptions } from "../draft-options.js";
import { createError } from "../errors.js";
import * as is from "../is.js";
import { resolveModel } from "../model-files.js";
import type { TargetPlacement } from "../options.js";
import type { Verification } from "../sampling-options.js";
import { defaultThreads } from "../threads.js";
import * as bounds from "./bounds.js";
import type { Case, CasePair } from "./case-types.js";
import { readDial } from "./dialled.js";
import { dialledPrompts, promptSet } from "./prompt-sets.js";
import type { PublishedFigures } from "./report-types.js";
import { type StandIn, standIns } from "./stand-ins.js";
import type { Sweep } from "./sweep.js";
import { describeVariant, variantsOf } from "./variants.js";

/** A preset of bench/cases.json. */
export interface Preset {
  title: string;
  pairs: { target: string; draft: string; "stand-in"?: StandIn; published?: PublishedFigures }[];
  drafts: GenerationDraftOptions[];
  temperatures: number[];
  prompts: string;
  maxTokens: number;
  repeat: number;
  /** Processes of each case, one after another. */
  processes: number;
  /** Requests at once, each number a case of its own in place of one prompt after another. */
  concurrency?: number[];
}

const CASES: Record<string, Preset> = JSON.parse(
  readFileSync(new URL("../../bench/cases.json", import.meta.url), "utf8"),
);

export const PRESETS = Object.keys(CASES);

const REQUESTS_PER_SLOT = 2;

/** What the command line changes of a preset. */
export interface PlanOptions {
  preset: string;
  target?: string | undefined;
  drafts?: string[] | undefined;
  settings?: GenerationDraftOptions[] | undefined;
  sweep?: Sweep | undefined;
  temperatures?: number[] | undefined;
  /** Requests at once, 1…64 each. */
  concurrency?: number[] | undefined;
  /** Requests of a run for each that runs at once, 1…1000; 2 unless given. */
  requests?: number | undefined;
  verification?: Verification | undefined;
  prompts?: string | undefined;
  maxTokens?: number | undefined;
  repeat?: number | undefined;
  /** Processes of each case, each with as many repetitions, 1…100. */
  processes?: number | undefined;
  seed?: number | undefined;
  threads?: number | undefined;
  /** Where targets lie. */
  placement?: TargetPlacement | undefined;
  /** How drafts are loaded. */
  draftModel?: DraftModelOptions | undefined;
  /** Whether pairs are loaded with `exact`; false unless given. */
  exact?: boolean | undefined;
  /** Folder with dialled stand-ins. */
  dialled?: string | undefined;
}

export interface Plan {
  title: string;
  threads: number;
  cases: Case[];
  /** Pairs of the preset that are not on disk. */
  missing: { id: string; reason: string }[];
}

/** Rejects with OPTION_INVALID, PROMPTS_INVALID, and what a model's name can be refused with. */
export async function makePlan(options: PlanOptions): Promise<Plan> {
  const preset = Object.hasOwn(CASES, options.preset) ? CASES[options.preset] : undefined;
  if (preset === undefined) {
    throw createError(
      "OPTION_INVALID",
      `Expected one of ${PRESETS.join(", ")} for the preset but received ${JSON.stringify(options.preset)}`,
    );
  }
  const threads = options.threads ?? defaultThreads();
  const promptsName = options.prompts ?? preset.prompts;
  const prompts = await promptSet(promptsName);
  const { pairs, missing } = await findPairs(preset, options);
  const cases: Case[] = [];
  for (const pair of pairs) {
    const dial = await readDial(pair.target);
    const own = dial === null ? prompts : dialledPrompts(dial.starts, Math.min(4, prompts.length));
    for (const variant of variantsOf(preset, options)) {
      const label = describeVariant(variant);
      cases.push({
        ...variant,
        id: `${pair.id}: ${label}${variant.concurrency === null ? "" : `, ${variant.concurrency} at once`}`,
        pair,
        label,
        promptSet: dial === null ? basename(promptsName) : "walks",
        prompts: own,
        verification: options.verification ?? "block",
        maxTokens: bounds.maxTokens(options.maxTokens ?? preset.maxTokens),
        repeat: bounds.repeat(options.repeat ?? preset.repeat),
        processes: is.integer("processes", options.processes ?? preset.processes, 1, 100),
        seed: bounds.seed(options.seed ?? 1),
        threads,
        trace: dial === null,
        perSlot: is.integer("requests", options.requests ?? REQUESTS_PER_SLOT, 1, 1000),
      });
    }
  }
  return {
    title: options.target === undefined ? preset.title : (pairs[0]?.id ?? preset.title),
    threads,
    cases,
    missing,
  };
}

/** The pairs asked for, by path; of a preset those on disk, else their stand-ins. */
async function findPairs(
  preset: Preset,
  options: PlanOptions,
): Promise<{ pairs: CasePair[]; missing: Plan["missing"] }> {
  const { placement = {}, draftModel = {}, exact = false } = options;
  const weights = draftModel.quantize === undefined ? "" : ` (${draftModel.quantize})`;
  const how = exact ? `${weights}, exact` : weights;
  const pairs: CasePair[] = [];
  const missing: Plan["missing"] = [];
  const add = async (target: string, draft: string, published?: PublishedFigures) => {
    const found = { target: await resolveModel(target), draft: await resolveModel(draft) };
    const id = `${name(target)} + ${name(draft)}${how}`;
    pairs.push({ id, ...found, placement, draftModel, exact, published });
  };
  if (options.target !== undefined || options.drafts !== undefined) {
    const target = options.target ?? preset.pairs[0]?.target ?? "";
    for (const draft of options.drafts ?? [preset.pairs[0]?.draft ?? ""]) await add(target, draft);
    return { pairs, missing };
  }
  for (const { target, draft, "stand-in": standIn, published } of preset.pairs) {
    try {
      await add(target, draft, published);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      const dialled = standIn === undefined ? [] : await standIns(standIn, options.dialled);
      if (dialled.length === 0) missing.push({ id: `${name(target)} + ${name(draft)}`, reason });
      for (const { id, files, command } of dialled) {
        if (files === null)
          missing.push({
            id: id + how,
            reason: `${reason} Its stand-in is not in --dialled FOLDER: \`${command}\` makes it.`,
          });
        else pairs.push({ id: id + how, ...files, placement, draftModel, exact, published });
      }
    }
  }
  return { pairs, missing };
}

function name(model: string): string {
  return model.replace(/^.*[/\\](?=[^/\\]*\.gguf$)|(\.f16)?\.gguf$/gi, "");
}
