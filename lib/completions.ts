import { type CompletionResult, iteratorOf, type Requests } from "./completion-requests.js";
import { type Deferred, deferred } from "./deferred.js";
import { ForetokenError } from "./errors.js";
import type { Completion, Generation } from "./generation.js";

type Outcome = { completion: Completion; error: null } | { completion: null; error: unknown };

/**
 * Completions of many requests, each as soon as it is ready. Iterate it once. Nothing is asked of the iterable before the
 * first `next()`, nor while as many results as `concurrency` are being made or wait to be read.
 */
export class Completions<R> implements AsyncIterableIterator<CompletionResult<R>, undefined, undefined> {
  readonly #source: Iterator<R> | AsyncIterator<R>;
  readonly #concurrency: number;
  readonly #signal: AbortSignal | null;
  readonly #start: (request: R) => Generation;
  readonly #running = new Set<Generation>();
  readonly #waiters: Deferred<IteratorResult<CompletionResult<R>, undefined>>[] = [];
  #ready: CompletionResult<R>[] = [];
  #taken = 0;
  #state: "new" | "open" | "stopping" | "ended" = "new";
  #isExhausted = false;
  #isPulling = false;
  #failure: { reason: unknown } | null = null;
  #stopped: Promise<void> | null = null;

  /** @internal `start` throws, or its generation rejects, where a request fails. */
  constructor(
    requests: Requests<R>,
    { concurrency, signal }: { concurrency: number; signal: AbortSignal | null },
    start: (request: R) => Generation,
  ) {
    this.#source = iteratorOf(requests);
    this.#concurrency = concurrency;
    this.#signal = signal;
    this.#start = start;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<CompletionResult<R>, undefined>> {
    if (this.#state === "new") {
      this.#state = "open";
      this.#signal?.addEventListener("abort", this.#onAbort);
      if (this.#signal?.aborted) this.#onAbort();
    }
    const waiter = deferred<IteratorResult<CompletionResult<R>, undefined>>();
    this.#waiters.push(waiter);
    this.#advance();
    return waiter.promise;
  }

  /** Called by `break` and by errors in the loop's body: stops what is being made, waits for its end, closes the iterable. */
  async return(): Promise<IteratorResult<CompletionResult<R>, undefined>> {
    await this.#stop(null);
    return { done: true, value: undefined };
  }

  readonly #onAbort = () => {
    this.#stop({ reason: this.#signal?.reason });
  };

  #advance(): void {
    this.#serve();
    this.#pull();
  }

  async #pull(): Promise<void> {
    if (this.#isPulling) return;
    this.#isPulling = true;
    try {
      while (this.#wantsMore()) {
        const { done, value } = await this.#source.next();
        this.#isExhausted = done === true;
        if (!done && this.#state === "open") this.#take(value);
      }
    } catch (reason) {
      this.#isExhausted = true;
      this.#stop({ reason });
    }
    this.#isPulling = false;
    this.#serve();
  }

  #wantsMore(): boolean {
    const held = this.#running.size + this.#ready.length;
    return this.#state === "open" && !this.#isExhausted && held < this.#concurrency;
  }

  #take(request: R): void {
    const index = this.#taken++;
    const settle = (outcome: Outcome) => {
      if (this.#state !== "open") return;
      this.#ready.push({ index, request, ...outcome });
      this.#advance();
    };
    const fail = (error: unknown) => {
      // Of a closed pair there is nothing to be had: that is not this request's own error.
      if (error instanceof ForetokenError && error.code === "PAIR_CLOSED") this.#stop({ reason: error });
      else settle({ completion: null, error });
    };
    try {
      const generation = this.#start(request);
      this.#running.add(generation);
      const end = <T>(then: (outcome: T) => void) => {
        return (outcome: T) => {
          this.#running.delete(generation);
          then(outcome);
        };
      };
      generation.result.then(
        end((completion) => settle({ completion, error: null })),
        end(fail),
      );
    } catch (error) {
      fail(error);
    }
  }

  #stop(failure: { reason: unknown } | null): Promise<void> {
    if (this.#state === "ended") return Promise.resolve();
    this.#stopped ??= this.#stopOnce(failure);
    return this.#stopped;
  }

  async #stopOnce(failure: { reason: unknown } | null): Promise<void> {
    this.#state = "stopping";
    // What is finished is still handed out, unless nobody wants it.
    if (failure === null) this.#ready = [];
    await Promise.all([...this.#running].map((generation) => generation.return()));
    this.#failure = failure;
    this.#end();
    this.#serve();
    if (this.#isExhausted) return;
    const closed = (async () => this.#source.return?.())();
    // An iterable that is being asked for the next request closes when it has answered, which it may never do.
    if (failure === null && !this.#isPulling) await closed;
    else closed.catch(() => {});
  }

  #isOver(): boolean {
    return this.#state === "open" && this.#isExhausted && this.#running.size === 0;
  }

  #end(): void {
    this.#state = "ended";
    this.#signal?.removeEventListener("abort", this.#onAbort);
  }

  /** Hands what there is to whoever waits: results first, then the failure once, then the end. */
  #serve(): void {
    for (let waiter = this.#waiters[0]; waiter !== undefined; waiter = this.#waiters[0]) {
      const value = this.#ready.shift();
      if (value === undefined && this.#isOver()) this.#end();
      if (value !== undefined) waiter.resolve({ done: false, value });
      else if (this.#state !== "ended") return;
      else if (this.#failure === null) waiter.resolve({ done: true, value: undefined });
      else {
        waiter.reject(this.#failure.reason);
        this.#failure = null;
      }
      this.#waiters.shift();
    }
  }
}
