import { type Command, Option } from "commander";
import {
  type Isolation,
  type KvType,
  loadPair,
  type Pair,
  type PairOptions,
  type SplitMode,
} from "../index.js";
import { KV_TYPES } from "../kv-types.js";
import { ISOLATIONS, SPLIT_MODES } from "../options.js";
import { addDraftFlags, type DraftFlags, draftOptions } from "./draft-flags.js";
import { given } from "./given.js";
import { integer, integerOrAuto } from "./numbers.js";
import { printNotes } from "./output.js";
import { addPlacementFlags, type PlacementFlags, targetPlacement } from "./placement-flags.js";
import { loadingProgress } from "./progress.js";

/** What a pair is loaded with. */
export interface PairFlags extends DraftFlags, PlacementFlags {
  target: string;
  contextSize?: number | "auto";
  kvType?: KvType;
  memoryCheck?: boolean;
  maxSequences?: number | "auto";
  batchSize?: number;
  threads?: number;
  exact?: boolean;
  deterministic?: boolean;
  isolation?: Isolation;
  devices?: string[];
  splitMode?: SplitMode;
}

export function addModelFlags(command: Command): void {
  command.option(
    "--target <model>",
    "path of a GGUF file, or name of an embedded or pulled model",
    "fable-17m",
  );
  addDraftFlags(command);
}

/** `maxSequences`: its default, to be shown. */
export function addContextFlags(command: Command, maxSequences: number | "auto" = 1): void {
  addPlacementFlags(command)
    .option("--context-size <n>", "tokens of prompt and output together, or auto: what fits", integerOrAuto)
    .addOption(
      new Option("--kv-type <type>", "what the KV cache is kept in (default: f16)").choices(KV_TYPES),
    )
    .option("--no-memory-check", "load what does not fit into memory all the same")
    .option(
      "--max-sequences <n>",
      `generations that run at once, 1 to 64, or auto: what fits (default: ${maxSequences})`,
      integerOrAuto,
    )
    .option("--batch-size <n>", "tokens of one forward pass at most (default: 512)", integer)
    .option("--threads <n>", "CPU threads of the target", integer)
    .addOption(
      new Option("--isolation <where>", "run the models in a process of their own (default: none)").choices(
        ISOLATIONS,
      ),
    )
    .option(
      "--devices <addresses>",
      "workers that hold the target: rpc://host:port, several with commas",
      (text: string) => text.split(","),
    )
    .addOption(
      new Option(
        "--split-mode <mode>",
        "what of the target each of several devices holds (default: layer)",
      ).choices(SPLIT_MODES),
    )
    .option("--exact", "the target's own greedy text on any device, or an error")
    .option("--deterministic", "decide draft lengths without a clock, the same in every run");
}

export function pairOptions(flags: PairFlags): PairOptions {
  const {
    target,
    contextSize,
    kvType,
    maxSequences,
    batchSize,
    threads,
    draftThreads,
    exact,
    deterministic,
    isolation,
    devices,
    splitMode,
  } = flags;
  const checkMemory = flags.memoryCheck === false ? false : undefined;
  return {
    target,
    draft: draftOptions(flags),
    ...targetPlacement(flags),
    ...given({
      contextSize,
      kvType,
      maxSequences,
      checkMemory,
      batchSize,
      threads,
      draftThreads,
      exact,
      deterministic,
      isolation,
      devices,
      splitMode,
    }),
  };
}

export async function loadFromFlags(flags: PairFlags, signal: AbortSignal): Promise<Pair> {
  const progress = loadingProgress("Loading");
  const pair = await loadPair({ ...pairOptions(flags), signal, onProgress: progress.update }).finally(
    progress.end,
  );
  printNotes(pair.notes);
  return pair;
}
