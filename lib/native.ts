/**
 * The typed seam to the addon: everything native is declared here and nowhere else.
 * Only files in this folder import it; nothing of it is exported to users.
 */
import binding from "#addon";

/** Where a token came from. The order is that of `Origin` in native/core/types.h. */
export const ORIGINS = ["draft", "correction", "bonus", "plain"] as const;

/** Why a generation ended. The order is that of `FinishReason` in native/core/types.h. */
export const FINISH_REASONS = ["stop", "stop-string", "length", "context", "aborted"] as const;

/** What a GGUF header says, read without loading weights. */
export interface NativeModelHeader {
  architecture: string;
  name: string | null;
  /** Context length the model was trained with, in tokens. */
  trainedContextSize: number;
  /** Bytes of the file. */
  fileSize: number;
  /** Layers, the output not counted. */
  blocks: number;
  /** False where single tokens cannot be dropped from the cache (recurrent and hybrid models). */
  canRollBack: boolean;
}

export interface NativeModelInfo extends NativeModelHeader {
  /** Human-readable shape and type, e.g. "gptneox 1.4B F16". */
  description: string;
  parameters: number;
  /** Bytes of all tensors; 0 when only the vocabulary was loaded. */
  weightBytes: number;
  layers: number;
  embeddingSize: number;
}

export interface NativeVocabularyInfo {
  /** "spm" | "bpe" | "wpm" | "ugm" | "rwkv" | "plamo2" | "none" */
  type: string;
  /** Number of tokens, padding rows included. */
  size: number;
  /** Special tokens; -1 where the vocabulary has none. */
  bos: number;
  eos: number;
  eot: number;
  addBos: boolean;
  addEos: boolean;
  /** What texts are put into before they are tokenised; llama.cpp does not. Noted by our converter; empty: nothing. */
  normalizer: string;
}

export interface NativeModel {
  readonly info: NativeModelInfo;
  readonly vocabulary: NativeVocabularyInfo;
  /** The Jinja template that chats are written with; empty where the file has none. */
  readonly chatTemplate: string;
  /** Throws MODEL_CLOSED. `addSpecial`: BOS/EOS where the model wants them; `parseSpecial`: text of special tokens becomes them. */
  tokenize(text: string, addSpecial: boolean, parseSpecial: boolean): Int32Array;
  /** Text of the tokens; incomplete UTF-8 becomes U+FFFD. Special tokens render as nothing unless `special`. */
  detokenize(tokens: Int32Array, special: boolean): string;
  /** Raw vocabulary texts of tokens from..to (exclusive), e.g. "Ġhello"; for comparing vocabularies. */
  tokenTexts(from: number, to: number): string[];
  /** Releases the handle; weights stay while an engine uses them. Idempotent. */
  close(): void;
}

/** Where weights lie. */
export interface NativePlacement {
  /** Layers on devices, the output being one; -1 is all, and with 0 the CPU does everything. */
  gpuLayers: number;
  /** Repacked weight buffers (AMX, …) where the CPU has them. */
  extraBuffers: boolean;
  /** Of those listed, the one that holds the layers. @default every GPU, or the workers' */
  device?: string;
  /** "host:port" of workers whose devices are the GPUs then. A lost one ends the process. @default none: this machine's */
  workers?: readonly string[];
  /** Several devices divide each matrix among them instead of the layers. @default false */
  splitRows?: boolean;
}

export interface NativeModelOptions extends NativePlacement {
  /** Only the vocabulary, no weights. */
  vocabularyOnly: boolean;
  /** Progress in 0…1, called on the JS thread; coalesced. */
  onProgress?: (fraction: number) => void;
  /** Aborts the load: rejects with code ABORTED. */
  signal?: NativeAbortFlag;
}

/** A flag native code polls; created by `new binding.AbortFlag()`. */
export interface NativeAbortFlag {
  abort(): void;
}

export interface NativeEngineOptions {
  target: NativeModel;
  /** null: an engine that only ever decodes plainly. */
  draft: NativeModel | null;
  /** Tokens of one sequence, prompt and output together. */
  contextSize: number;
  /** Most tokens of one forward pass. */
  batchSize: number;
  /** Most tokens drafted in a round, 0…64: sizes the buffers, the upper bound of `policy.maxTokens`. */
  maxDraftTokens: number;
  threads: number;
  draftThreads: number;
  /** Flash attention: required for bit-exact verification on CPU. */
  flashAttention: boolean;
  /** A token's logits are the same bits however many tokens the target checks with it: code EXACT_UNAVAILABLE where not. */
  exact: boolean;
  /** Names of ggml's types; see lib/kv-types.ts. */
  kvType: string;
  draftKvType: string;
  /** The draft's tokens are not the target's: its drafts are retokenised. */
  crossVocabulary: boolean;
  /** Sequences decoded at once, 1…64; further requests wait. */
  maxSequences: number;
  /** Of both caches, for what ended sequences leave there; null: all that running ones do not need. */
  promptCacheBytes: number | null;
  /** Drafting from the text itself; null without. */
  ngram: { minMatch: number; historyTokens: number } | null;
  /** No clock: costs come from `profile`, else from the models' shapes. */
  deterministic: boolean;
  profile: NativeCostProfile | null;
}

/** Milliseconds of passes by their number of tokens. */
export interface NativeCostProfile {
  target: [tokens: number, ms: number][];
  /** Empty without a draft model. */
  draft: [tokens: number, ms: number][];
}

/** See lib/sampling-options.ts. */
export interface NativeSampling {
  temperature: number;
  topK: number;
  topP: number;
  minP: number;
  typicalP: number;
  repeatPenalty: number;
  frequencyPenalty: number;
  presencePenalty: number;
  penaltyLastN: number;
  /** Added to logits; -Infinity bans. */
  logitBias: [id: number, bias: number][];
}

export interface NativeRequest {
  prompt: Int32Array;
  /** Tokens to generate at most, ≥ 1. */
  maxTokens: number;
  /** Of those that wait, the highest comes first; −1000…1000. */
  priority: number;
  /** Share what the caches hold of the same beginning, and leave them the own text. */
  cachePrompt: boolean;
  /** How far drafts go; "off" is baseline decoding. */
  policy: { type: "off" | "fixed" | "confidence" | "adaptive"; maxTokens: number; minConfidence: number };
  draftWithModel: boolean;
  draftWithNgrams: boolean;
  /** Drafts are the drafter's likeliest tokens instead of draws. */
  likeliestDraft: boolean;
  /** Index into VERIFICATIONS. */
  verification: number;
  sampling: NativeSampling;
  /** 0…2⁵³ − 1 */
  seed: number;
  /** GBNF or null. */
  grammar: string | null;
  /** Log-probabilities of each token and this many alternatives, at most 100; -1: none. */
  topLogprobs: number;
  /** Strings that end the generation; not part of the text. */
  stop: string[];
  /** Tokens that end the generation, also with ignoreEnd. */
  stopTokens: number[];
  /** Ignore end-of-generation tokens (benchmarks). */
  ignoreEnd: boolean;
}

/** Counters and times of one generation; see ARCHITECTURE §5 for the invariants. */
export interface NativeStats {
  promptTokens: number;
  /** Of the prompt: those that the target's cache held already. */
  cachedTokens: number;
  rounds: number;
  proposed: number;
  accepted: number;
  corrections: number;
  bonuses: number;
  committed: number;
  targetPasses: number;
  draftPasses: number;
  /** Of those passes, each shared out equally among the requests in it. */
  targetPassShare: number;
  draftPassShare: number;
  /** Tokens that went through each model, prompt included. */
  targetTokens: number;
  draftTokens: number;
  /** [i] = rounds in which draft token i+1 was accepted. */
  acceptedPerPosition: number[];
  /** Rows of logits turned into distributions, of both models. */
  sampledRows: number;
  prefillMs: number;
  draftMs: number;
  verifyMs: number;
  sampleMs: number;
  grammarMs: number;
  otherMs: number;
  totalMs: number;
}

/** Objects and numbers alone: a typed array is native memory that waits for a collection. */
export interface NativeToken {
  id: number;
  /** Index into ORIGINS. */
  origin: number;
  /** Characters split over tokens belong to the one that completes them. */
  text: string;
  /** Where asked for: ln of the target's probability of the token, its likeliest alternatives and theirs. */
  logprob?: number;
  topLogprobs?: { id: number; logprob: number }[];
}

/** What one pass of the target served. */
export interface PassSize {
  requests: number;
  /** Of prompts and drafts, too. */
  tokens: number;
}

/** What reached JS since the last call: never one call per token when JS falls behind. */
export interface NativeBatch {
  tokens: NativeToken[];
  /** Of the pass that brought the last token so far. */
  pass: PassSize;
  /** Present in the last batch only. */
  end?: {
    /** Index into FINISH_REASONS. */
    finishReason: number;
    stats: NativeStats;
    /** Set when the generation failed. */
    error?: { code: string; message: string };
  };
}

/**
 * What a reader wants of a generation. "abort": it stops within one forward pass, the last batch follows. "pause": it makes no
 * more tokens until "resume"; one round may still come.
 */
export type Steering = "abort" | "pause" | "resume";

/** What a model's cache holds of a text, in its own tokens. */
export interface SavedCells {
  tokens: Int32Array;
  state: Uint8Array;
}

export interface SavedText {
  target: SavedCells;
  draft: SavedCells;
}

export interface NativePass {
  model: "target" | "draft";
  tokens: number;
}

export interface NativeEngine {
  /**
   * Queues a request and returns its id; `onBatch` is called on the JS thread. Throws ENGINE_CLOSED, or typed errors for a bad
   * prompt.
   */
  generate(request: NativeRequest, onBatch: (batch: NativeBatch) => void): number;
  /** Does nothing to a generation that has ended, or to an aborted one. */
  steer(id: number, to: Steering): void;
  /** Stops running work, waits for it, frees the contexts. Idempotent: every call resolves when all is freed. */
  close(): Promise<void>;
  /**
   * Milliseconds of each forward pass, the median of `repeats`, when they run one after the other, each on a cache of
   * `past` tokens. Rejects with ENGINE_BUSY while a generation runs.
   */
  measure(passes: NativePass[], past: number, repeats: number): Promise<number[]>;
  /** What passes have cost lately. */
  profile(): Promise<NativeCostProfile>;
  /** What the caches keep of the beginning of a text; without tokens where they keep nothing. */
  save(tokens: Int32Array): Promise<SavedText>;
  /** Keeps what save() gave. False where the target's does not fit, or not now; the draft's is taken where it fits. */
  restore(saved: SavedText): Promise<boolean>;
}

export interface NativeDevice {
  name: string;
  description: string;
  /** "cpu" | "gpu" | "igpu" | "accelerator" */
  type: string;
  memoryTotal: number;
  memoryFree: number;
}

export interface NativeMemoryUse {
  weights: number;
  cache: number;
  compute: number;
}

/** What would lie on a device. */
export interface NativeDeviceMemory extends NativeDevice {
  target: NativeMemoryUse;
  draft: NativeMemoryUse;
}

/** A model's file and where its weights would lie. */
export interface NativePlacedModel extends NativePlacement {
  path: string;
}

export interface NativeEstimateOptions extends Omit<NativeEngineOptions, "target" | "draft"> {
  target: NativePlacedModel;
  draft: NativePlacedModel | null;
  /** The draft is the target: what is loaded is loaded once. */
  sharesWeights: boolean;
}

/** A key's value in a GGUF file, with its type. */
export type GgufValue =
  | ["u32" | "i32" | "f32", number]
  | ["bool", boolean]
  | ["string", string]
  | ["string[]", readonly string[]]
  | ["i32[]", readonly number[]];

export interface GgufTensorInfo {
  name: string;
  type: "f32" | "f16";
  /** The row's length first. */
  dimensions: readonly number[];
}

export interface NativeAddon {
  /** "v0.5.0" */
  readonly llamaCppRelease: string;
  /** Of ggml's RPC: the major one has to be a worker's, whose minor one may be lower. */
  readonly rpcProtocol: { major: number; minor: number };
  devices(): NativeDevice[];
  /** One for each module beside the addon that gives no device, and why. */
  deviceNotes(): string[];
  /**
   * Connects to the worker at "host:port" until the process ends, which alone ends the wait for one that serves somebody else.
   */
  holdWorker(endpoint: string): Promise<void>;
  /**
   * Serves this machine's devices at "a.b.c.d:port" to one client after another. Goes on for good; resolves where it cannot
   * listen or accept. A client may end the process.
   */
  serveDevices(endpoint: string, threads: number): Promise<void>;
  /** CPU features the loaded module uses, e.g. "AVX512 = 1 | …". */
  systemInfo(): string;
  readHeader(path: string): Promise<NativeModelHeader>;
  loadModel(path: string, options: NativeModelOptions): Promise<NativeModel>;
  createEngine(options: NativeEngineOptions): Promise<NativeEngine>;
  /** What an engine of these files would take, by llama.cpp's own accounting. Loads no weights. */
  estimateMemory(options: NativeEstimateOptions): Promise<NativeDeviceMemory[]>;
  /** The bytes of a GGUF file before the tensors' data, which follow in order, each padded to 32 bytes. */
  ggufHeader(
    metadata: readonly [key: string, ...GgufValue][],
    tensors: readonly GgufTensorInfo[],
  ): Uint8Array;
  /** Writes `destination`; what it holds when this rejects is of no use. Cannot be interrupted. */
  quantizeModel(source: string, destination: string, type: string, threads: number): Promise<void>;
  AbortFlag: new () => NativeAbortFlag;
}

export const native = binding as NativeAddon;
