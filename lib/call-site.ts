import { ForetokenError, fromNative } from "./errors.js";

/**
 * Where user code called a public function. Errors that surface later, on another tick or from a native thread, get the
 * frames of that call, so that their stack starts in the caller's code.
 */
export class CallSite {
  readonly stack?: string;

  /** `entry` is the public function: it and what it called are left out of the stack. */
  constructor(entry: (...args: never[]) => unknown) {
    Error.captureStackTrace(this, entry);
  }

  /** The error as users should see it; errors that are not ours (an abort reason) stay as they are. */
  locate(error: unknown): unknown {
    const located = fromNative(error);
    if (located instanceof ForetokenError) {
      const frames = typeof this.stack === "string" ? this.stack.indexOf("\n    at ") : -1;
      located.stack = `${located.name} [${located.code}]: ${located.message}${frames < 0 ? "" : this.stack?.slice(frames)}`;
    }
    return located;
  }

  /** Runs `work`, locating what it throws. */
  run<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw this.locate(error);
    }
  }

  /** Like `run`, for work that ends later. */
  async wait<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw this.locate(error);
    }
  }
}
