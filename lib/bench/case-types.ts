import type { DraftModelOptions, GenerationDraftOptions } from "../draft-options.js";
import type { TargetPlacement } from "../options.js";
import type { Prompt } from "../prompt.js";
import type { Verification } from "../sampling-options.js";
import type { MeasuredStreams } from "./concurrency.js";
import type { MeasuredRuns } from "./measure-runs.js";
import type { PublishedFigures, ReportedPair } from "./report-types.js";
import type { BenchmarkPrompt, ModelCard, PairProfile } from "./types.js";

/** The models of a case, by path or name. */
export interface CasePair {
  id: string;
  target: string;
  draft: string;
  placement: TargetPlacement;
  draftModel: DraftModelOptions;
  exact: boolean;
  published?: PublishedFigures | undefined;
}

/** One measurement, in processes of its own. */
export interface Case {
  id: string;
  pair: CasePair;
  label: string;
  draft: GenerationDraftOptions;
  temperature: number;
  verification: Verification;
  promptSet: string;
  prompts: BenchmarkPrompt[];
  maxTokens: number;
  repeat: number;
  /** One after another, each with as many repetitions. */
  processes: number;
  seed: number;
  threads: number;
  trace: boolean;
  sweep: { parameter: string; value: number } | null;
  /** Requests at once; null for one prompt after another. */
  concurrency: number | null;
  /** Requests of a run for each that runs at once. */
  perSlot: number;
}

export type ConcurrentCase = Case & { concurrency: number };

/** What a process is told: to measure its share of a case, or the passes of a pair with 1 … maxRows rows. */
export type Task =
  | { type: "case"; case: Case }
  | { type: "concurrency"; case: ConcurrentCase }
  | { type: "profile"; pair: CasePair; threads: number; maxRows: number; prompt: Prompt };

/** What it answers. */
export type Answer =
  | { type: "progress"; text: string }
  | { type: "case"; measured: MeasuredRuns; loadMs: number; peakMemoryBytes: number }
  | { type: "concurrency"; measured: MeasuredStreams; loadMs: number; peakMemoryBytes: number }
  | {
      type: "profile";
      target: ModelCard;
      draft: ModelCard;
      compatibility: ReportedPair["compatibility"];
      profile: PairProfile;
    }
  | { type: "error"; code: string | null; message: string };
