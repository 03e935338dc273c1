import type { GenerationRun } from "./generation-run.js";
import type { FINISH_REASONS } from "./native.js";
import type { Stats } from "./stats.js";
import type { Token } from "./token.js";

/**
 * Why a generation ended: the model ended it, a stop string, `maxTokens`, a full context, or it was stopped by `abort()`,
 * `return()` or a `break`.
 */
export type FinishReason = (typeof FINISH_REASONS)[number];

/** What was generated since the last chunk: several rounds where the reader is slower than the models. */
export interface Chunk {
  text: string;
  tokens: Token[];
}

export interface Completion {
  text: string;
  tokens: Token[];
  finishReason: FinishReason;
  /** Of the random numbers; gives this text again where `temperature` was above 0. */
  seed: number;
  stats: Stats;
}

/** Runs whose generation nobody can reach any more make no tokens that would have to wait for a reader. */
const forgotten = new FinalizationRegistry<GenerationRun>((run) => run.abandon());

/**
 * A generation under way. Iterate it once; leaving the loop early stops the native work. While more than about a thousand
 * tokens wait to be read it pauses, unless `result` was asked for: it then keeps no process alive, and ends as aborted once it is
 * garbage.
 */
export class Generation implements AsyncIterableIterator<Chunk, undefined, undefined> {
  readonly #run: GenerationRun;

  /** @internal Nothing that the run holds may hold this. */
  constructor(run: GenerationRun) {
    this.#run = run;
    if (!run.isDone) forgotten.register(this, run);
  }

  /** The whole outcome. Rejects with what the iteration throws; ignoring it is safe. */
  get result(): Promise<Completion> {
    return this.#run.collect();
  }

  /**
   * Stops within one forward pass. Iteration then ends and `result` resolves with what was generated so far and finish
   * reason "aborted"; an AbortSignal rejects instead.
   */
  abort(): void {
    this.#run.abort();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<Chunk, undefined>> {
    return this.#run.next();
  }

  /** Called by `break` and by errors in the loop's body: stops the native work and waits for its end. */
  return(): Promise<IteratorResult<Chunk, undefined>> {
    return this.#run.leave();
  }
}
