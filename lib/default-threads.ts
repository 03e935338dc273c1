import { availableParallelism } from "node:os";
import * as is from "./is.js";

/** Compute threads where nobody says otherwise: $FORETOKEN_THREADS, or one for each processor. Throws OPTION_INVALID. */
export function defaultThreads(env = process.env): number {
  const { FORETOKEN_THREADS: given } = env;
  return given ? is.integer("FORETOKEN_THREADS", Number(given), 1, 512) : availableParallelism();
}
