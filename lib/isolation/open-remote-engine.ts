import { type NativeModel, native } from "../native.js";
import { type EnginePlan, type OpenedPair, throwFailure } from "../open-engine.js";
import type { ResolvedPairOptions } from "../resolve-options.js";
import { PairProcess } from "./pair-process.js";
import { RemoteEngine } from "./remote-engine.js";

/**
 * Like `openEngine`, in a process of its own; here is only the vocabulary, so that texts become tokens at once. Rejects with
 * what the other rejects with, with PAIR_PROCESS_DIED and the signal's reason.
 */
export async function openRemoteEngine(
  plan: EnginePlan,
  signal: AbortSignal | null,
  onProgress: ResolvedPairOptions["onProgress"],
): Promise<OpenedPair> {
  signal?.throwIfAborted();
  const process = new PairProcess();
  let listenerFailure: { error: unknown } | null = null;
  const report = (fraction: number) => {
    try {
      if (listenerFailure === null) onProgress?.(fraction);
    } catch (error) {
      listenerFailure = { error };
      process.end();
    }
  };
  let targetModel: NativeModel | null = null;
  const abort = () => process.end();
  signal?.addEventListener("abort", abort);
  try {
    const { layout, target, draft } = await process.load(plan, report);
    const vocabulary = { gpuLayers: 0, extraBuffers: false, vocabularyOnly: true };
    targetModel = await native.loadModel(plan.files.target, vocabulary);
    // A later process shall not choose otherwise.
    const options = { ...plan.options, ...layout };
    const engine = new RemoteEngine(process, { ...plan, options });
    signal?.throwIfAborted();
    return { engine, targetModel, draftModel: null, target, draft, ...layout };
  } catch (error) {
    process.end();
    targetModel?.close();
    throwFailure(listenerFailure);
    signal?.throwIfAborted();
    throw error;
  } finally {
    signal?.removeEventListener("abort", abort);
  }
}
