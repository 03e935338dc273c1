import { CallSite } from "./call-site.js";
import type { MemoryEstimate } from "./memory-types.js";
import { resolveModel } from "./model-files.js";
import type { PairOptions } from "./options.js";
import { planMemory } from "./plan-memory.js";
import { resolvePairOptions } from "./resolve-options.js";

/**
 * What `loadPair` with these options would take, by llama.cpp's own accounting: reads headers and vocabularies, no weights.
 * Rejects with OptionError and ModelError as `loadPair` does, not for want of memory: `fits` says that.
 */
export function estimateMemory(options: PairOptions): Promise<MemoryEstimate> {
  return new CallSite(estimateMemory).wait(async () => {
    const resolved = resolvePairOptions(options);
    const target = await resolveModel(resolved.target);
    const draft = resolved.draft?.model == null ? null : await resolveModel(resolved.draft.model);
    return planMemory(resolved, { target, draft });
  });
}
