import type { MemoryEstimate } from "../memory-types.js";
import type { EnginePlan } from "../open-engine.js";
import { PairProcess } from "./pair-process.js";

/**
 * Like `planMemory`, in a process that ends with it: workers are reached there, and matrices divided. Rejects with what the other rejects with, with
 * what reaching them does, with PAIR_PROCESS_DIED and the signal's reason.
 */
export async function estimateRemotely(
  plan: Pick<EnginePlan, "options" | "files">,
  signal: AbortSignal | null,
): Promise<MemoryEstimate> {
  const process = new PairProcess();
  const abort = () => process.end();
  signal?.addEventListener("abort", abort);
  try {
    return await process.call("estimate", plan);
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  } finally {
    signal?.removeEventListener("abort", abort);
    process.end();
  }
}
