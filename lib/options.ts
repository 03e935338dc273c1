import type { CostProfile } from "./costs.js";
import type { DraftOptions, GenerationDraftOptions } from "./draft-options.js";
import type { KvType } from "./kv-types.js";
import type { SamplingOptions } from "./sampling-options.js";

/** Where a pair's models are: in this process, or in one of their own. */
export const ISOLATIONS = ["none", "process"] as const;
export type Isolation = (typeof ISOLATIONS)[number];

/** What several devices share of the target: its layers, or the rows of each matrix. */
export const SPLIT_MODES = ["layer", "row"] as const;
export type SplitMode = (typeof SPLIT_MODES)[number];

/** Where the target's layers lie on this machine. */
export interface TargetPlacement {
  /**
   * Layers kept on the GPU, 0…1000, the output being one; "all"; or "auto": as many as fit there with their share of the cache.
   * With 0 the CPU does everything, whatever GPU there is.
   * @default "auto"
   */
  gpuLayers?: number | "all" | "auto";
  /**
   * The device that holds them, by a name that `devices()` lists; "CPU" keeps the target off GPUs.
   * @default every GPU of this machine, or the workers of `devices`
   */
  device?: string;
}

export interface PairOptions extends TargetPlacement {
  /** The model whose text is wanted: path of a GGUF file, or the name of an embedded ("fable-17m") or pulled model. */
  target: string;
  /**
   * What proposes tokens: a model's path or name, or options. `false`: the target alone.
   * @default false
   */
  draft?: string | DraftOptions | false;
  /**
   * Tokens of one sequence, prompt and output together, 2…1048576. "auto": as many as the target was trained with, or as
   * fit into memory.
   * @default what the target was trained with, at most 4096
   */
  contextSize?: number | "auto";
  /**
   * What the target's KV cache is kept in. Types with a q need `flashAttention`.
   * @default "f16"
   */
  kvType?: KvType;
  /**
   * Whether what does not fit into free memory is refused, before any weights are loaded.
   * @default true
   */
  checkMemory?: boolean;
  /**
   * Generations that run at once, 1…64; further ones wait. Each has room for `contextSize` tokens: the caches take that many
   * times their memory. "auto": as many as fit into memory, at most 16.
   * @default 1
   */
  maxSequences?: number | "auto";
  /**
   * Bytes of the KV caches, the target's and the draft's together, that texts of generations that ended, or gave their
   * place away, may hold for those that begin alike, 0…2⁵³ − 1. The longest unused give way first, to running generations too; what texts share counts for each.
   * @default all that running generations do not need
   */
  promptCacheBytes?: number;
  /**
   * Tokens of one forward pass at most, 1…8192, but at least `maxSequences`. Longer prompts are evaluated in chunks.
   * @default 512
   */
  batchSize?: number;
  /**
   * CPU threads of the target, 1…512; more than there are processors count as that many.
   * @default $FORETOKEN_THREADS, or os.availableParallelism()
   */
  threads?: number;
  /**
   * CPU threads of the draft, 1…512; more than there are processors count as that many.
   * @default threads
   */
  draftThreads?: number;
  /**
   * Whether weights may be repacked for the CPU's matrix units (AMX and the like).
   * @default true
   */
  extraBuffers?: boolean;
  /**
   * Attention that never stores the whole matrix of scores.
   * @default true
   */
  flashAttention?: boolean;
  /**
   * Greedy text is the target's own, token for token, on any device: where kernels depend on how many tokens a pass has, every
   * token is computed in passes of one shape, one generation at a time, and the device proves at loading that its bits agree.
   * Rejects with EXACT_UNAVAILABLE where they do not. Costs nothing where the CPU's kernels are ours. See docs/adr/0014.
   * @default false
   */
  exact?: boolean;
  /**
   * Decide draft lengths without a clock, from `costProfile`, else from the models' shapes, and for each generation as if it
   * ran alone. Drafts, and with a seed all texts, are then the same in every run. Otherwise costs are measured in a second at loading, and while generating.
   * @default false
   */
  deterministic?: boolean;
  /**
   * What passes cost here, from `pair.costProfile()`: saves the measuring at loading.
   * @default none
   */
  costProfile?: CostProfile;
  /**
   * "process": the models run in a process of their own. Should it die, the requests in flight reject with PAIR_PROCESS_DIED, and
   * the next one starts another.
   * @default "none", but "process" where `devices` are given or `splitMode` is "row"
   */
  isolation?: Isolation;
  /**
   * Up to 16 workers, each "rpc://host:port" with a name or an IPv4 address, whose devices hold the target's layers, in this
   * order; the draft stays on this machine. See docs/several-machines.md.
   * @default this machine's devices
   */
  devices?: readonly string[];
  /**
   * What of the target each of several devices holds: "layer", whole layers, one device after the other; "row", a part of each
   * matrix, all at once. "row" needs flash attention and an architecture that llama.cpp can divide; one device alone holds all.
   * @default "layer"
   */
  splitMode?: SplitMode;
  /** Aborts the loading: the promise rejects with the signal's reason. Has no effect on the loaded pair. */
  signal?: AbortSignal;
  /** Called with the loaded fraction, 0…1, a few times a second at most. */
  onProgress?: (fraction: number) => void;
}

export interface GenerateOptions extends SamplingOptions {
  /**
   * Tokens to generate at most, 1…1048576.
   * @default 256
   */
  maxTokens?: number;
  /**
   * The draft of this generation, or `false` for baseline decoding.
   * @default what the pair was loaded with
   */
  draft?: GenerationDraftOptions | false;
  /**
   * Up to 64 strings that end the generation; the text is cut before them.
   * @default none
   */
  stop?: string | readonly string[];
  /**
   * Up to 64 tokens that end the generation, as the model's own end of text does; also with `ignoreEnd`.
   * @default none
   */
  stopTokens?: readonly number[];
  /**
   * Generate past end-of-generation tokens, for benchmarks.
   * @default false
   */
  ignoreEnd?: boolean;
  /**
   * Among generations that wait, and prompts that are to be read, higher ones come first, −1000…1000; in the order of
   * their calls where equal.
   * @default 0
   */
  priority?: number;
  /**
   * Evaluate nothing of the prompt that the caches hold, of this pair's running and of its last generations, and leave them
   * this one. Which draft lengths pay depends on it.
   * @default true, but false where the pair is `deterministic`
   */
  cachePrompt?: boolean;
  /**
   * Stops within one forward pass: iteration and `result` reject with the signal's reason. `AbortSignal.timeout(ms)` is a
   * deadline, for generations that wait too.
   */
  signal?: AbortSignal;
}
