import type { Mismatch } from "./compatibility.js";
import type { MemoryEstimate } from "./memory-types.js";

/**
 * Every code this package can report, which class it comes as and what to do; the message says what was expected and what
 * came. docs/errors.md has a section for each; a test holds the two together.
 */
export const ERROR_TABLE = {
  OPTION_INVALID: { kind: "option", hint: "docs/api.md lists every option with its type and range." },
  OPTION_UNKNOWN: { kind: "option", hint: "Remove the option or correct its name." },
  ARGUMENT_INVALID: { kind: "option", hint: "Pass an argument of the documented type." },
  SCHEMA_INVALID: { kind: "option", hint: "Correct the JSON Schema at that place." },
  SCHEMA_UNSUPPORTED: {
    kind: "option",
    hint: "Leave it out or say it with what docs/errors.md lists as supported.",
  },
  DEVICE_UNKNOWN: {
    kind: "option",
    hint: "Pass a name that `foretoken devices` lists; it says, too, why a module gives no device.",
  },

  MODEL_NAME_UNKNOWN: {
    kind: "model",
    hint: "Pass the path of a GGUF file, or the name of an embedded or pulled model.",
  },
  MODEL_NAME_AMBIGUOUS: { kind: "model", hint: "Pass one of these names." },
  MODEL_NOT_PULLED: { kind: "model", hint: "Pull it first, or correct the path." },
  MODELS_NOT_INSTALLED: {
    kind: "model",
    hint: "Install it with `npm install foretoken-models`, or pass the path of a model of yours.",
  },
  MODEL_HASH_MISMATCH: {
    kind: "model",
    hint: "The file is damaged or was replaced: reinstall the package, or pass it by path.",
  },
  MODEL_NOT_FOUND: { kind: "model", hint: "Check the path; relative paths start at the working directory." },
  MODEL_NOT_READABLE: { kind: "model", hint: "Pass a regular file that this process may read." },
  MODEL_NOT_GGUF: { kind: "model", hint: "Convert the model to GGUF first." },
  MODEL_TRUNCATED: { kind: "model", hint: "Download or copy the file again." },
  MODEL_HEADER_INVALID: { kind: "model", hint: "Convert the model again with a current converter." },
  MODEL_ARCHITECTURE_UNSUPPORTED: {
    kind: "model",
    hint: "Use a model of an architecture that llama.cpp supports.",
  },
  MODEL_VOCABULARY_MISSING: {
    kind: "model",
    hint: "Pass token ids, or convert the model again together with its tokenizer.",
  },
  MODEL_LOAD_FAILED: { kind: "model", hint: "Check that the file is complete and that memory suffices." },
  QUANTIZE_FAILED: {
    kind: "model",
    hint: "Quantise an f32, f16 or bf16 file, to a folder with room for the copy (FORETOKEN_MODELS).",
  },
  MODEL_CANNOT_ROLL_BACK: {
    kind: "model",
    hint: "Load the target with draft: false, or choose one with full attention.",
  },
  MODEL_CANNOT_GENERATE: {
    kind: "model",
    hint: "Use a language model that writes text token by token.",
  },
  CHAT_TEMPLATE_MISSING: {
    kind: "model",
    hint: "Pass chatTemplate, use a model made for chats, or write the prompt yourself.",
  },
  CHAT_TEMPLATE_INVALID: { kind: "model", hint: "Pass a corrected chatTemplate." },
  MODEL_CHANGED: { kind: "model", hint: "Load the pair again, from a file that nobody writes meanwhile." },
  MODEL_CLOSED: { kind: "model", hint: "Load the model again." },

  CHECKPOINT_NOT_FOUND: {
    kind: "model",
    hint: "Pass a folder with config.json, the weights and the tokenizer, as the hub has them.",
  },
  CHECKPOINT_INVALID: { kind: "model", hint: "Download the file again, or correct what contradicts it." },
  CHECKPOINT_UNSUPPORTED: {
    kind: "model",
    hint: "docs/errors.md lists what can be converted.",
  },
  WEIGHTS_OUT_OF_RANGE: { kind: "model", hint: "The model cannot be had in f16." },

  PAIR_NAME_UNKNOWN: { kind: "hub", hint: "List them with `foretoken pairs`; a repository is owner/name." },
  HUB_UNREACHABLE: {
    kind: "hub",
    hint: "Check the connection and HF_ENDPOINT, and try again: what has come is kept.",
  },
  HUB_UNAUTHORIZED: {
    kind: "hub",
    hint: "Accept the licence on the repository's page where it asks for that, and set HF_TOKEN to a token of that account.",
  },
  HUB_NOT_FOUND: {
    kind: "hub",
    hint: "Check repository, revision and file; a private repository also needs HF_TOKEN.",
  },
  HUB_FAILED: { kind: "hub", hint: "Try again later: what has come is kept." },
  HUB_HASH_MISMATCH: {
    kind: "hub",
    hint: "The bytes are deleted; try again, and if it repeats distrust the endpoint.",
  },
  HUB_OFFLINE: { kind: "hub", hint: "Unset HF_HUB_OFFLINE to fetch it." },
  REPOSITORY_UNSUITABLE: {
    kind: "hub",
    hint: "Name a GGUF file of the repository, or choose another repository.",
  },

  VOCABULARIES_INCOMPATIBLE: {
    kind: "compatibility",
    hint: "Use a draft of the target's own model family, draft.crossVocabulary: true, or draft: false.",
  },

  ADDON_MISSING: { kind: "engine", hint: "Build the addon with `npm run setup`, or reinstall the package." },
  BACKEND_MISSING: {
    kind: "engine",
    hint: "Build the addon on this machine with `npm run build`, or reinstall the package.",
  },
  MEMORY_INSUFFICIENT: {
    kind: "memory",
    hint: "Take one of these ways, close other pairs, or load all the same with checkMemory: false.",
  },
  CONTEXT_TOO_LARGE: { kind: "engine", hint: "Lower contextSize to what the model was trained with." },
  EXACT_UNAVAILABLE: {
    kind: "engine",
    hint: "Load the pair with maxSequences: 1, with gpuLayers: 0, or without exact.",
  },
  CONTEXT_FAILED: { kind: "engine", hint: "Lower contextSize or batchSize, or close other pairs." },
  THREADS_UNAVAILABLE: {
    kind: "engine",
    hint: "Lower threads and draftThreads, or raise the limit of processes and threads.",
  },
  CHAT_FAILED: { kind: "option", hint: "Change the messages or pass another chatTemplate." },
  PROMPT_EMPTY: { kind: "engine", hint: "Pass at least one token of text." },
  PROMPT_TOO_LONG: { kind: "engine", hint: "Shorten the prompt or raise contextSize." },
  PAIR_CLOSED: { kind: "engine", hint: "Load the pair again, or close it later." },
  ENGINE_CLOSED: { kind: "engine", hint: "Load the pair again, or close it later." },
  ENGINE_BUSY: { kind: "engine", hint: "Wait for the running generations to end." },
  SESSION_FILE_INVALID: { kind: "engine", hint: "Use another copy, or begin the conversation anew." },
  SESSION_FILE_FOREIGN: { kind: "engine", hint: "Restore it with the model and release that saved it." },
  SESSION_BUSY: { kind: "engine", hint: "Wait for the turn to end, or fork the session before it." },
  GRAMMAR_INVALID: {
    kind: "option",
    hint: "docs/api.md links the format; the grammar's start is its rule `root`.",
  },
  GRAMMAR_FAILED: { kind: "engine", hint: "Report this with the grammar and the prompt." },
  NO_TOKEN_ALLOWED: { kind: "engine", hint: "Ban fewer tokens, or widen the grammar." },
  EVAL_FAILED: {
    kind: "engine",
    hint: "The pair stays usable; if this repeats, report it with the model and the prompt.",
  },
  PAIR_PROCESS_DIED: {
    kind: "engine",
    hint: "The next request starts another process; if this repeats without a lost worker, report it.",
  },
  WORKER_UNREACHABLE: {
    kind: "engine",
    hint: "Start `foretoken worker` there, and check the address, the tunnel and the firewall.",
  },
  WORKER_BUSY: {
    kind: "engine",
    hint: "A worker serves one pair at a time: close the other one, or start a second worker.",
  },
  WORKER_UNSUITABLE: { kind: "engine", hint: "Run `foretoken worker` of this release there." },
  WORKER_CANNOT_LISTEN: {
    kind: "engine",
    hint: "Choose another port (0 takes any that is free), or an address of this machine.",
  },
  BENCHMARK_FAILED: {
    kind: "engine",
    hint: "If memory ran out, measure smaller models or fewer at once; otherwise report it.",
  },
  REPORT_INVALID: { kind: "option", hint: "Pass a file that `foretoken bench --json` wrote." },
  PROMPTS_INVALID: { kind: "option", hint: "docs/benchmarks.md shows the forms of prompt files." },
  BATCH_INVALID: { kind: "option", hint: "docs/api.md shows the form of both files." },
  FILE_NOT_WRITTEN: { kind: "engine", hint: "Check the folder, its permissions and the space that is left." },
  ABORTED: { kind: "engine", hint: "Expected where an abort was asked for; otherwise report it." },
} as const satisfies Record<string, { kind: string; hint: string }>;

export type ErrorCode = keyof typeof ERROR_TABLE;

/** What every error of this package is. `code` is stable and documented in docs/errors.md; the message is for people. */
export class ForetokenError extends Error {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string) {
    super(message);
    this.code = code;
    Object.defineProperty(this, "name", { value: new.target.name, configurable: true, writable: true });
  }
}

/** An option or argument that is not what the documentation asks for. */
export class OptionError extends ForetokenError {}

/** A model file that cannot be found, read, loaded or used. */
export class ModelError extends ForetokenError {}

/** A draft whose vocabulary is not the target's. */
export class CompatibilityError extends ForetokenError {
  /** Every difference found; token texts up to a limit. */
  readonly mismatches: readonly Mismatch[];

  constructor(code: ErrorCode, message: string, mismatches: readonly Mismatch[] = []) {
    super(code, message);
    this.mismatches = mismatches;
  }
}

/** A repository that cannot be found, reached, trusted or used. */
export class HubError extends ForetokenError {}

/** Models and contexts for which there is not enough memory. */
export class MemoryError extends ForetokenError {
  /** What they would take, and what there is. */
  readonly estimate: MemoryEstimate | null;

  constructor(code: ErrorCode, message: string, estimate: MemoryEstimate | null = null) {
    super(code, message);
    this.estimate = estimate;
  }
}

/** A pair that is closed, a prompt that does not fit, a forward pass that failed. */
export class EngineError extends ForetokenError {}

const CLASSES = {
  option: OptionError,
  model: ModelError,
  compatibility: CompatibilityError,
  hub: HubError,
  memory: MemoryError,
  engine: EngineError,
};

type ErrorOf<C extends ErrorCode> = InstanceType<(typeof CLASSES)[(typeof ERROR_TABLE)[C]["kind"]]>;

export function isErrorCode(code: unknown): code is ErrorCode {
  return typeof code === "string" && Object.hasOwn(ERROR_TABLE, code);
}

/** An error of the code's class: what was expected and what came, then what to do. */
export function createError<C extends ErrorCode>(code: C, message: string): ErrorOf<C> {
  const { kind, hint } = ERROR_TABLE[code];
  return new CLASSES[kind](code, withHint(message, hint)) as ErrorOf<C>;
}

/** The refusal of a pair, with every mismatch found. */
export function incompatible(message: string, mismatches: readonly Mismatch[]): CompatibilityError {
  const code = "VOCABULARIES_INCOMPATIBLE";
  return new CompatibilityError(code, withHint(message, ERROR_TABLE[code].hint), mismatches);
}

/** The refusal of what does not fit into memory, with the numbers. */
export function outOfMemory(message: string, estimate: MemoryEstimate): MemoryError {
  const code = "MEMORY_INSUFFICIENT";
  return new MemoryError(code, withHint(message, ERROR_TABLE[code].hint), estimate);
}

/** Errors of the addon carry a code but no class; everything else passes unchanged. */
export function fromNative(error: unknown): unknown {
  if (error instanceof ForetokenError || !(error instanceof Error)) return error;
  const code = "code" in error ? error.code : undefined;
  return isErrorCode(code) ? createError(code, error.message) : error;
}

function withHint(message: string, hint: string): string {
  // What comes from another process has been through here.
  if (message.endsWith(hint)) return message;
  // A message may begin with a file's name, which stays as it is.
  const sentence = message
    .replace(/^[a-z](?=[a-z]* )/, (letter) => letter.toUpperCase())
    .replace(/[.\s]+$/, "");
  return `${sentence}${sentence.endsWith("?") ? "" : "."} ${hint}`;
}
