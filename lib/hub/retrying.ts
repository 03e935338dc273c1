import { setTimeout as wait } from "node:timers/promises";
import type { HubError } from "../errors.js";

const FIRST_WAIT_MS = 500;
/** A server that asks for more patience is believed, and left. */
const LONGEST_WAIT_MS = 60_000;
export const ATTEMPTS = 5;

/** A failure that the next attempt may not meet. */
export class Passing extends Error {
  readonly failure: HubError;
  /** How long the server asks to wait. */
  readonly waitMs: number;
  /** So much has come that it does not count as an attempt. */
  readonly progressed: boolean;

  constructor(failure: HubError, { waitMs = 0, progressed = false } = {}) {
    super(failure.message);
    this.failure = failure;
    this.waitMs = waitMs;
    this.progressed = progressed;
  }
}

/** Repeats what fails in passing, waiting twice as long each time. Rejects with the last failure, or the signal's reason. */
export async function retrying<T>(
  work: () => Promise<T>,
  signal: AbortSignal | undefined,
  attempts = ATTEMPTS,
): Promise<T> {
  for (let failures = 0; ; ) {
    try {
      signal?.throwIfAborted();
      return await work();
    } catch (error) {
      signal?.throwIfAborted();
      if (!(error instanceof Passing)) throw error;
      failures = error.progressed ? 1 : failures + 1;
      if (failures >= attempts || error.waitMs > LONGEST_WAIT_MS) throw error.failure;
      const pause = Math.max(error.waitMs, FIRST_WAIT_MS * 2 ** (failures - 1));
      await wait(pause, undefined, signal === undefined ? {} : { signal }).catch(() => {});
    }
  }
}
