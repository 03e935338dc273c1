import { availableParallelism } from "node:os";
import { CallSite } from "./call-site.js";
import { checkFiles } from "./check-pair.js";
import type { Compatibility } from "./compatibility.js";
import { MAX_DRAFT_TOKENS } from "./draft-options.js";
import { incompatible } from "./errors.js";
import { resolveModel } from "./model-files.js";
import { modelInfo } from "./model-info.js";
import { type NativeModel, native } from "./native.js";
import type { PairOptions } from "./options.js";
import { Pair } from "./pair.js";
import { quantizedModel } from "./quantized-model.js";
import { type ResolvedPairOptions, resolvePairOptions } from "./resolve-options.js";

const LARGEST_DEFAULT_CONTEXT = 4096;

/**
 * Loads a target and, unless `draft` is false, its draft.
 *
 * Rejects with OptionError, ModelError, CompatibilityError (before any weights are loaded), EngineError where the context
 * cannot be made, or the signal's reason.
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
    const draftPath =
      draftSource === null || draft?.quantize == null
        ? draftSource
        : await quantizedModel(draftSource, draft.quantize, signal);

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

    const contextSize = options.contextSize ?? defaultContext(targetModel);
    // Compute threads wait for each other by polling: one more than there are processors, and a pass takes seconds.
    const processors = availableParallelism();
    const engine = await native.createEngine({
      target: targetModel,
      draft: draftModel,
      contextSize,
      batchSize: Math.min(options.batchSize, contextSize),
      maxDraftTokens: draft === null ? 0 : MAX_DRAFT_TOKENS,
      threads: Math.min(options.threads, processors),
      draftThreads: Math.min(options.draftThreads, processors),
      flashAttention: options.flashAttention,
      crossVocabulary,
      maxSequences: 1,
      ngram: draft?.ngram ?? null,
      deterministic: options.deterministic,
      profile: options.costProfile,
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
      contextSize,
      defaultDraft: draft,
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

function defaultContext(model: NativeModel): number {
  const trained = model.info.trainedContextSize;
  return trained > 0 ? Math.min(trained, LARGEST_DEFAULT_CONTEXT) : LARGEST_DEFAULT_CONTEXT;
}
