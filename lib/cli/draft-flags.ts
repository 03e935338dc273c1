import { type Command, Option } from "commander";
import { DRAFT_CHOICES, DRAFT_POLICIES, DRAFT_QUANTIZATIONS, DRAFT_TYPES } from "../draft-options.js";
import type {
  DraftChoice,
  DraftModelOptions,
  DraftOptions,
  DraftPolicy,
  DraftQuantization,
  DraftType,
  KvType,
} from "../index.js";
import { KV_TYPES } from "../kv-types.js";
import { refuseBeside } from "./contradictions.js";
import { given } from "./given.js";
import { integer, integerOrAllOrAuto, number } from "./numbers.js";

export interface DraftModelFlags {
  draftQuantize?: DraftQuantization;
  draftCrossVocabulary?: boolean;
  draftKvType?: KvType;
  draftGpuLayers?: number | "all" | "auto";
  draftDevice?: string;
}

export interface DraftFlags extends DraftModelFlags {
  draft?: string | false;
  draftType?: DraftType;
  draftPolicy?: DraftPolicy;
  draftMaxTokens?: number;
  draftMinConfidence?: number;
  draftChoice?: DraftChoice;
  draftMinMatch?: number;
  draftThreads?: number;
}

const DEFAULT_DRAFT = "fable-1m";

export function addDraftFlags(command: Command): void {
  command
    .option(
      "--draft <model>",
      `the small model that proposes tokens: path or name (default: "${DEFAULT_DRAFT}")`,
    )
    .option("--no-draft", "the target alone")
    .addOption(
      new Option("--draft-type <type>", "a model, repetitions in the text, or both (default: model)").choices(
        DRAFT_TYPES,
      ),
    )
    .addOption(
      new Option("--draft-policy <policy>", "how far drafts go (default: adaptive)").choices(DRAFT_POLICIES),
    )
    .option(
      "--draft-max-tokens <n>",
      "tokens drafted per round at most, 0 to 64 (default: 16; fixed: 3)",
      integer,
    )
    .option("--draft-min-confidence <p>", "where the policy confidence stops (default: 0.6)", number)
    .addOption(
      new Option("--draft-choice <choice>", "how draft tokens are chosen while sampling").choices(
        DRAFT_CHOICES,
      ),
    )
    .option("--draft-min-match <n>", "shortest repetition to go on with, in tokens (default: 2)", integer)
    .option("--draft-threads <n>", "CPU threads of the draft", integer);
  addDraftModelFlags(command);
  refuseBeside(
    command,
    "no-draft",
    command.options.flatMap(({ long }) => (long?.startsWith("--draft") ? [long.slice(2)] : [])),
  );
}

/** How a draft model is loaded. */
export function addDraftModelFlags(command: Command): Command {
  return command
    .addOption(
      new Option("--draft-quantize <type>", "smaller weights for the draft, made once").choices(
        DRAFT_QUANTIZATIONS,
      ),
    )
    .addOption(
      new Option(
        "--draft-kv-type <type>",
        "what the draft's KV cache is kept in (default: the target's)",
      ).choices(KV_TYPES),
    )
    .option(
      "--draft-gpu-layers <n>",
      "the draft's layers on the GPU, all, or auto (default: the target's)",
      integerOrAllOrAuto,
    )
    .option("--draft-device <name>", "the device that holds them (default: the target's)")
    .option("--draft-cross-vocabulary", "use a draft of another vocabulary: its text is retokenised");
}

export function draftModelOptions(flags: DraftModelFlags): DraftModelOptions {
  return given({
    quantize: flags.draftQuantize,
    crossVocabulary: flags.draftCrossVocabulary,
    kvType: flags.draftKvType,
    gpuLayers: flags.draftGpuLayers,
    device: flags.draftDevice,
  });
}

export function draftOptions(flags: DraftFlags): DraftOptions | false {
  const { draft, draftType: type = "model", draftPolicy, draftMaxTokens, draftMinConfidence } = flags;
  if (draft === false) return false;
  const options = given({
    policy: draftPolicy,
    maxTokens: draftMaxTokens,
    minConfidence: draftMinConfidence,
    choice: flags.draftChoice,
    minMatch: flags.draftMinMatch,
    ...draftModelOptions(flags),
  });
  // A model given beside n-grams alone is passed on for the library to refuse.
  const model = type === "ngram" ? given({ model: draft }) : { model: draft ?? DEFAULT_DRAFT };
  return { type, ...model, ...options } as DraftOptions;
}
