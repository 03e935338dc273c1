import { EXIT } from "./exit.js";

/** Runs work that Ctrl-C aborts: nothing more is said then, and the process ends with 130. */
export async function interruptible(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const interrupt = new AbortController();
  process.once("SIGINT", () => interrupt.abort());
  try {
    await work(interrupt.signal);
  } catch (error) {
    if (error !== interrupt.signal.reason) throw error;
    process.exitCode = EXIT.interrupted;
  }
}
