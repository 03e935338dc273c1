/** A signal that aborts with its owner's, and when nothing has come for a while. */
export class StallGuard {
  /** Nothing came for that long. */
  stalled = false;
  readonly #controller = new AbortController();
  readonly #owner: AbortSignal | undefined;
  readonly #timer: NodeJS.Timeout;
  readonly #abort = () => this.#controller.abort(this.#owner?.reason);

  constructor(owner: AbortSignal | undefined, timeoutMs: number) {
    this.#owner = owner;
    this.#timer = setTimeout(() => {
      this.stalled = true;
      this.#controller.abort();
    }, timeoutMs);
    if (owner?.aborted) this.#abort();
    owner?.addEventListener("abort", this.#abort);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Something came. */
  touch(): void {
    this.#timer.refresh();
  }

  end(): void {
    clearTimeout(this.#timer);
    this.#owner?.removeEventListener("abort", this.#abort);
  }
}
