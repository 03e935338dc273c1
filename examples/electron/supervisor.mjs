// @ts-check
// Keeps a process for the pair running: one that ends on its own is started again, unless that happens too often.

/** @typedef {import("node:events").EventEmitter & { postMessage(message: unknown, ports?: any[]): void, kill(): unknown }} PairProcess */

/** As many ends within this time are a fault that starting again does not mend. */
const MOST_ENDS = 3;
const WITHIN_MS = 60_000;
/** How long a process may take to close its pair before it is killed. */
const CLOSE_MS = 2000;

export class Supervisor {
  /** @type {PairProcess | null} */
  #process = null;
  /** @type {number[]} */
  #ends = [];
  #isClosed = false;
  #options;

  /**
   * @param {{ fork: () => PairProcess, onStarted: () => void,
   *   onEnded: (end: { code: number, restarting: boolean }) => void, now?: () => number }} options
   *   fork: like Electron's utilityProcess.fork; onStarted: a process is there to be connected; onEnded: one has ended
   *   that was not closed; now: milliseconds.
   */
  constructor(options) {
    this.#options = options;
  }

  start() {
    const child = this.#options.fork();
    this.#process = child;
    child.once("exit", (code) => this.#ended(code));
    this.#options.onStarted();
  }

  /** Gives one end of a channel to the process. @param {any} port @returns {boolean} whether there is a process */
  connect(port) {
    this.#process?.postMessage({ type: "port" }, [port]);
    return this.#process !== null;
  }

  /** Asks the process to close its pair and to end; idempotent. */
  close() {
    const child = this.#process;
    if (this.#isClosed || child === null) return;
    this.#isClosed = true;
    const timer = setTimeout(() => child.kill(), CLOSE_MS);
    child.once("exit", () => clearTimeout(timer));
    child.postMessage({ type: "close" });
  }

  /** @param {number} code */
  #ended(code) {
    this.#process = null;
    if (this.#isClosed) return;
    const now = (this.#options.now ?? Date.now)();
    this.#ends = [...this.#ends, now].filter((end) => now - end < WITHIN_MS);
    const restarting = this.#ends.length < MOST_ENDS;
    this.#options.onEnded({ code, restarting });
    if (restarting) this.start();
  }
}
