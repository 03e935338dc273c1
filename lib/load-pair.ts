import { CallSite } from "./call-site.js";
import { checkFiles } from "./check-pair.js";
import type { Compatibility } from "./compatibility.js";
import { requireDevices } from "./devices.js";
import { incompatible } from "./errors.js";
import { openRemoteEngine } from "./isolation/open-remote-engine.js";
import { resolveModel } from "./model-files.js";
import { modelStamps } from "./model-hashes.js";
import { native } from "./native.js";
import { type EnginePlan, type OpenedPair, openEngine } from "./open-engine.js";
import type { PairOptions } from "./options.js";
import { Pair } from "./pair.js";
import { draftFile } from "./quantized-model.js";
import { type ResolvedPairOptions, resolvePairOptions } from "./resolve-options.js";

/**
 * Loads a target and, unless `draft` is false, its draft.
 *
 * Rejects with OptionError, ModelError, CompatibilityError (before any weights are loaded), MemoryError (before any, too) where
 * they do not fit, EngineError where the context cannot be made, a worker not reached or the pair's process dies, or the
 * signal's reason.
 */
export function loadPair(options: PairOptions): Promise<Pair> {
  return new CallSite(loadPair).wait(() => load(resolvePairOptions(options)));
}

async function load(resolved: ResolvedPairOptions): Promise<Pair> {
  const { signal, onProgress, ...options } = resolved;
  const { draft, deterministic, isolation } = options;
  signal?.throwIfAborted();
  requireDevices(options);
  const target = await resolveModel(options.target);
  const source = draft?.model == null ? null : await resolveModel(draft.model);
  const compatibility = source === null ? null : await checkFiles(target, source);
  const crossVocabulary = compatibility?.verdict === "incompatible";
  if (crossVocabulary && !draft?.crossVocabulary) refuse(compatibility);
  signal?.throwIfAborted();
  const files = { target, draft: source === null ? null : await draftFile(source, draft, signal) };
  const stamps = await modelStamps(files);
  const open = isolation === "process" ? openRemoteEngine : openHere;
  const opened = await open({ options, files, crossVocabulary, stamps }, signal, onProgress);
  return new Pair({
    ...opened,
    compatibility,
    defaultDraft: draft,
    deterministic,
    keepsTexts: opened.target.canRollBack && options.promptCacheBytes !== 0,
    stamps,
    notes: native.deviceNotes(),
  });
}

async function openHere(
  plan: EnginePlan,
  signal: AbortSignal | null,
  onProgress: ResolvedPairOptions["onProgress"],
): Promise<OpenedPair> {
  const flag = new native.AbortFlag();
  const abort = () => flag.abort();
  signal?.addEventListener("abort", abort);
  try {
    signal?.throwIfAborted();
    const opened = await openEngine(plan, flag, onProgress);
    if (signal?.aborted) {
      await opened.engine.close();
      opened.targetModel.close();
      opened.draftModel?.close();
      signal.throwIfAborted();
    }
    return opened;
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  } finally {
    signal?.removeEventListener("abort", abort);
  }
}

function refuse({ reasons, mismatches }: Compatibility): never {
  const found = reasons.join("; ");
  throw incompatible(`Expected a draft with the target's vocabulary but ${found}`, mismatches);
}
