import { CallSite } from "./call-site.js";
import { requireDevices } from "./devices.js";
import { estimateRemotely } from "./isolation/estimate-remotely.js";
import type { MemoryEstimate } from "./memory-types.js";
import { resolveModel } from "./model-files.js";
import type { PairOptions } from "./options.js";
import { planMemory } from "./plan-memory.js";
import { draftFile } from "./quantized-model.js";
import { resolvePairOptions } from "./resolve-options.js";

/**
 * What `loadPair` with these options would take, by llama.cpp's own accounting: reads headers and vocabularies, no weights; a draft
 * that is to be quantised is made, as by `loadPair`.
 * Rejects with OptionError, ModelError and EngineError as `loadPair` does, and the signal's reason, not for want of memory: `fits` says
 * that.
 */
export function estimateMemory(options: PairOptions): Promise<MemoryEstimate> {
  return new CallSite(estimateMemory).wait(async () => {
    const { signal, onProgress: _, ...resolved } = resolvePairOptions(options);
    signal?.throwIfAborted();
    requireDevices(resolved);
    const target = await resolveModel(resolved.target);
    const source = resolved.draft?.model == null ? null : await resolveModel(resolved.draft.model);
    const draft = source === null ? null : await draftFile(source, resolved.draft, signal);
    const files = { target, draft };
    signal?.throwIfAborted();
    const isRemote = resolved.workers.length > 0 || resolved.splitRows;
    const estimate = isRemote
      ? await estimateRemotely({ options: resolved, files }, signal)
      : await planMemory(resolved, files);
    signal?.throwIfAborted();
    return estimate;
  });
}
