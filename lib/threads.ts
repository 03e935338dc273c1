import { availableParallelism } from "node:os";
import * as is from "./is.js";

/** A number of compute threads. Throws OPTION_INVALID outside 1…512. */
export function threadCount(argument: string, value: unknown): number {
  return is.integer(argument, value, 1, 512);
}

/** Compute threads where nobody says otherwise: $FORETOKEN_THREADS, or one for each processor. Throws OPTION_INVALID. */
export function defaultThreads(env = process.env): number {
  const { FORETOKEN_THREADS: given } = env;
  return given ? threadCount("FORETOKEN_THREADS", Number(given)) : availableParallelism();
}
