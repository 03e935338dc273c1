import { CallSite } from "./call-site.js";
import { checkFiles } from "./check-pair.js";
import type { Compatibility } from "./compatibility.js";
import { type EngineSize, engineOptions } from "./engine-options.js";
import { incompatible } from "./errors.js";
import { resolveModel } from "./model-files.js";
import { modelInfo } from "./model-info.js";
import { type NativeModel, native } from "./native.js";
import type { PairOptions } from "./options.js";
import { Pair } from "./pair.js";
import { contextSizes, type PairFiles, planMemory } from "./plan-memory.js";
import { draftFile } from "./quantized-model.js";
import { memoryError } from "./refuse-memory.js";
import { type ResolvedPairOptions, resolvePairOptions } from "./resolve-options.js";

/**
 * Loads a target and, unless `draft` is false, its draft.
 *
 * Rejects with OptionError, ModelError, CompatibilityError (before any weights are loaded), MemoryError (before any, too) where
 * they do not fit, EngineError where the context cannot be made, or the signal's reason.
 */
export function loadPair(options: PairOptions): Promise<Pair> {
  return new CallSite(loadPair).wait(() => load(resolvePairOptions(options)));
}

async function load(options: ResolvedPairOptions): Promise<Pair> {
  const { signal, draft } = options;
  signal?.throwIfAborted();
  const flag = new native.AbortFlag();
  const abort = () => flag.abort();
  signal?.addEventListener("abort", abort);
  const models: NativeModel[] = [];
  let listenerFailure: { error: unknown } | null = null;
  try {
    const targetPath = await resolveModel(options.target);
    const draftSource = draft?.model == null ? null : await resolveModel(draft.model);
    const compatibility = draftSource === null ? null : await checkFiles(targetPath, draftSource);
    const crossVocabulary = compatibility?.verdict === "incompatible";
    if (crossVocabulary && !draft?.crossVocabulary) refuse(compatibility);
    signal?.throwIfAborted();
    const draftPath = draftSource === null ? null : await draftFile(draftSource, draft, signal);
    const size = await sizeFor(options, { target: targetPath, draft: draftPath });
    signal?.throwIfAborted();

    const paths = draftPath === null || draftPath === targetPath ? [targetPath] : [targetPath, draftPath];
    const report = await progressOver(paths, options.onProgress);
    for (const [i, path] of paths.entries()) {
      const { gpuLayers, extraBuffers } = options;
      // An error of the listener ends the load; thrown into native code it would be lost.
      const onProgress = (fraction: number) => {
        if (listenerFailure !== null) return;
        try {
          report(i, fraction);
        } catch (error) {
          listenerFailure = { error };
          flag.abort();
        }
      };
      models.push(
        await native.loadModel(path, {
          gpuLayers,
          extraBuffers,
          vocabularyOnly: false,
          onProgress,
          signal: flag,
        }),
      );
      onProgress(1);
      throwFailure(listenerFailure);
    }
    const [targetModel, separateDraft] = models as [NativeModel, NativeModel?];
    const draftModel = draftPath === null ? null : (separateDraft ?? targetModel);

    const settings = engineOptions(options, size, crossVocabulary);
    const engine = await native.createEngine({
      target: targetModel,
      draft: draftModel,
      ...settings,
    });
    if (signal?.aborted) await engine.close();
    signal?.throwIfAborted();
    return new Pair({
      engine,
      targetModel,
      draftModel,
      target: modelInfo(targetPath, targetModel),
      draft: draftModel === null || draftPath === null ? null : modelInfo(draftPath, draftModel),
      compatibility,
      ...size,
      defaultDraft: draft,
      deterministic: options.deterministic,
    });
  } catch (error) {
    for (const model of models) model.close();
    throwFailure(listenerFailure);
    signal?.throwIfAborted();
    throw error;
  } finally {
    signal?.removeEventListener("abort", abort);
  }
}

/** Throws MEMORY_INSUFFICIENT. Nothing is laid out where nobody asks what it takes. */
async function sizeFor(options: ResolvedPairOptions, files: PairFiles): Promise<EngineSize> {
  const { asked } = await contextSizes(options, files);
  const { maxSequences, checkMemory } = options;
  if (asked !== "auto" && maxSequences !== "auto" && !checkMemory)
    return { contextSize: asked, maxSequences };
  const memory = await planMemory(options, files);
  if (checkMemory && !memory.fits) throw await memoryError(memory, options, files);
  return { contextSize: memory.contextSize, maxSequences: memory.maxSequences };
}

function throwFailure(failure: { error: unknown } | null): void {
  if (failure !== null) throw failure.error;
}

function refuse({ reasons, mismatches }: Compatibility): never {
  const found = reasons.join("; ");
  throw incompatible(`Expected a draft with the target's vocabulary but ${found}`, mismatches);
}

/** One fraction over several files, each weighing its size. */
async function progressOver(paths: string[], listener: ResolvedPairOptions["onProgress"]) {
  if (listener === null) return () => {};
  const sizes = await Promise.all(paths.map(async (path) => (await native.readHeader(path)).fileSize));
  const total = sizes.reduce((sum, size) => sum + size, 0);
  return (index: number, fraction: number) => {
    const before = sizes.slice(0, index).reduce((sum, size) => sum + size, 0);
    listener((before + fraction * (sizes[index] ?? 0)) / total);
  };
}
