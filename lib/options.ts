/** Longest draft of a round. */
export const MAX_DRAFT_TOKENS = 64;

/** A draft model and how far it drafts. */
export interface DraftOptions {
  /**
   * What proposes the tokens. Other kinds of draft are not available yet.
   * @default "model"
   */
  type?: "model";
  /** Path of a GGUF file, or the name of an embedded model ("fable-1m", "fable-5m"). */
  model: string;
  /**
   * Tokens drafted per round at most, 0…64. What a longer draft gains per round it soon loses to rejected tokens.
   * @default 3
   */
  maxTokens?: number;
}

export interface PairOptions {
  /** The model whose text is wanted: path of a GGUF file, or the name of an embedded model ("fable-17m"). */
  target: string;
  /**
   * The small model that proposes tokens: a path, an embedded name, or options. `false`: the target alone.
   * @default false
   */
  draft?: string | DraftOptions | false;
  /**
   * Tokens of one sequence, prompt and output together, 2…1048576.
   * @default what the target was trained with, at most 4096
   */
  contextSize?: number;
  /**
   * Tokens of one forward pass at most, 1…8192. Longer prompts are evaluated in chunks.
   * @default 512
   */
  batchSize?: number;
  /**
   * CPU threads of the target, 1…512; more than there are processors count as that many.
   * @default os.availableParallelism()
   */
  threads?: number;
  /**
   * CPU threads of the draft, 1…512; more than there are processors count as that many.
   * @default threads
   */
  draftThreads?: number;
  /**
   * Layers kept on the GPU, 0…1000, where there is one.
   * @default "all"
   */
  gpuLayers?: number | "all";
  /**
   * Whether weights may be repacked for the CPU's matrix units (AMX and the like).
   * @default true
   */
  extraBuffers?: boolean;
  /** Aborts the loading: the promise rejects with the signal's reason. Has no effect on the loaded pair. */
  signal?: AbortSignal;
  /** Called with the loaded fraction, 0…1, a few times a second at most. */
  onProgress?: (fraction: number) => void;
}

export interface GenerateOptions {
  /**
   * Tokens to generate at most, 1…1048576.
   * @default 256
   */
  maxTokens?: number;
  /**
   * Draft length of this generation, or `false` for baseline decoding.
   * @default what the pair was loaded with
   */
  draft?: { /** Tokens drafted per round at most, 0…64. */ maxTokens?: number } | false;
  /**
   * Up to 64 strings that end the generation; the text is cut before them.
   * @default none
   */
  stop?: string | readonly string[];
  /**
   * 0 always takes the likeliest token. Other values are not available yet.
   * @default 0
   */
  temperature?: 0;
  /**
   * Generate past end-of-generation tokens, for benchmarks.
   * @default false
   */
  ignoreEnd?: boolean;
  /** Stops within one forward pass: iteration and `result` reject with the signal's reason. */
  signal?: AbortSignal;
}
