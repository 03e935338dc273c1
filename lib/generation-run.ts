import type { CallSite } from "./call-site.js";
import { type Deferred, deferred } from "./deferred.js";
import { createError, type ForetokenError, isErrorCode } from "./errors.js";
import type { Chunk, Completion } from "./generation.js";
import type { GenerationEnd } from "./metrics.js";
import { FINISH_REASONS, type NativeBatch, type PassSize, type Steering } from "./native.js";
import { deriveStats, type Stats } from "./stats.js";
import { fromNative, joinText, type Token } from "./token.js";

/** Unread tokens of a generation that is iterated, above which it pauses. */
const MOST_UNREAD = 1024;

/** What a generation needs to know of its pair. */
interface GenerationContext {
  seed: number;
  /** A token's text, special ones written out. */
  textOf: (id: number) => string;
  /** Called when it begins and ceases to wait for its reader, while it runs. */
  paused: (isPaused: boolean) => void;
  /** Called with the number of tokens that have come, and the pass that brought the last. */
  received: (count: number, pass: PassSize) => void;
  /** Called once, when the generation no longer runs, with what it made. */
  ended: (end: GenerationEnd, tokens: readonly Token[]) => void;
}

/** What native code makes for a generation, and whoever waits for it. Native code holds it until its end. */
export class GenerationRun {
  readonly #callSite: CallSite;
  readonly #signal: AbortSignal | null;
  readonly #context: GenerationContext;
  readonly #tokens: Token[] = [];
  readonly #outcome = deferred<Completion>();
  #steer: (to: Steering) => void = () => {};
  #pending: Token[] = [];
  #waiters: Deferred<IteratorResult<Chunk, undefined>>[] = [];
  #dropping = false;
  #collecting = false;
  #abandoned = false;
  #paused = false;
  #done = false;
  #failure: { reason: unknown } | null = null;

  constructor(callSite: CallSite, signal: AbortSignal | null, context: GenerationContext) {
    this.#callSite = callSite;
    this.#signal = signal;
    this.#context = context;
    this.#outcome.promise.catch(() => {});
  }

  get isDone(): boolean {
    return this.#done;
  }

  /** The outcome, for which it goes on whether or not anybody reads. */
  collect(): Promise<Completion> {
    this.#collecting = true;
    this.#regulate();
    return this.#outcome.promise;
  }

  start(begin: (onBatch: (batch: NativeBatch) => void) => (to: Steering) => void): this {
    if (this.#signal?.aborted) {
      this.#fail(this.#signal.reason);
    } else {
      this.#steer = begin((batch) => this.#receive(batch));
      this.#signal?.addEventListener("abort", this.#onAbort);
    }
    return this;
  }

  /** Ends the generation now; what native code still sends is ignored. */
  fail(error: ForetokenError): void {
    this.#pending = [];
    this.#fail(this.#callSite.locate(error));
  }

  abort(): void {
    this.#steer("abort");
  }

  next(): Promise<IteratorResult<Chunk, undefined>> {
    const waiter = deferred<IteratorResult<Chunk, undefined>>();
    this.#waiters.push(waiter);
    this.#serve();
    return waiter.promise;
  }

  /** Stops the native work and waits for its end. */
  async leave(): Promise<IteratorResult<Chunk, undefined>> {
    this.#drop();
    this.abort();
    await this.collect().catch(() => {});
    this.#failure = null;
    return { done: true, value: undefined };
  }

  /** Nobody will ask for more: it ends where it would wait for a reader. */
  abandon(): void {
    this.#abandoned = true;
    this.#regulate();
  }

  readonly #onAbort = () => {
    this.#drop();
    this.abort();
  };

  #drop(): void {
    this.#dropping = true;
    this.#pending = [];
    this.#regulate();
  }

  /** Lets native code make tokens as long as somebody takes them. */
  #regulate(): void {
    const pause = !this.#done && !this.#collecting && this.#pending.length >= MOST_UNREAD;
    if (pause && this.#abandoned) this.#onAbort();
    else this.#setPaused(pause);
  }

  #setPaused(pause: boolean): void {
    if (pause === this.#paused) return;
    this.#paused = pause;
    this.#steer(pause ? "pause" : "resume");
    if (!this.#done) this.#context.paused(pause);
  }

  #receive(batch: NativeBatch): void {
    if (this.#done) return;
    for (const native of batch.tokens) {
      const token = fromNative(native, this.#context.textOf);
      this.#tokens.push(token);
      if (!this.#dropping) this.#pending.push(token);
    }
    if (batch.tokens.length > 0) this.#context.received(batch.tokens.length, batch.pass);
    if (batch.end !== undefined) this.#finish(batch.end);
    this.#serve();
  }

  #finish({ finishReason, stats: native, error }: NonNullable<NativeBatch["end"]>): void {
    const stats = deriveStats(native, this.#tokens.length);
    if (this.#signal?.aborted) {
      this.#fail(this.#signal.reason, stats);
    } else if (error !== undefined) {
      const code = isErrorCode(error.code) ? error.code : "EVAL_FAILED";
      this.#fail(this.#callSite.locate(createError(code, error.message)), stats);
    } else {
      const completion: Completion = {
        text: joinText(this.#tokens),
        tokens: this.#tokens,
        finishReason: FINISH_REASONS[finishReason] ?? "aborted",
        seed: this.#context.seed,
        stats,
      };
      this.#outcome.resolve(completion);
      this.#end({ finishReason: completion.finishReason, error: null, stats });
    }
  }

  #fail(reason: unknown, stats: Stats | null = null): void {
    if (this.#done) return;
    this.#failure = { reason };
    this.#outcome.reject(reason);
    const isAborted = this.#signal?.aborted === true && reason === this.#signal.reason;
    this.#end({ finishReason: isAborted ? "aborted" : null, error: reason, stats });
  }

  #end(end: GenerationEnd): void {
    this.#done = true;
    this.#signal?.removeEventListener("abort", this.#onAbort);
    this.#context.ended(end, this.#tokens);
    this.#serve();
  }

  /** Hands what there is to whoever waits: text first, then the failure once, then the end. */
  #serve(): void {
    for (let waiter = this.#waiters[0]; waiter !== undefined; waiter = this.#waiters[0]) {
      if (this.#pending.length > 0) {
        const tokens = this.#pending;
        this.#pending = [];
        waiter.resolve({ done: false, value: { text: joinText(tokens), tokens } });
      } else if (this.#failure !== null) {
        waiter.reject(this.#failure.reason);
        this.#failure = null;
      } else if (this.#done) {
        waiter.resolve({ done: true, value: undefined });
      } else {
        break;
      }
      this.#waiters.shift();
    }
    this.#regulate();
  }
}
