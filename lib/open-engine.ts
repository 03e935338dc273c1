import { engineOptions } from "./engine-options.js";
import { type ModelStamps, requireUnchanged } from "./model-hashes.js";
import { type ModelInfo, modelInfo } from "./model-info.js";
import { type NativeAbortFlag, type NativeEngine, type NativeModel, native } from "./native.js";
import { wantedLayers } from "./plan-layers.js";
import { contextSizes, type PairFiles, type PairLayout, placedModels, planMemory } from "./plan-memory.js";
import { memoryError } from "./refuse-memory.js";
import type { PlainPairOptions } from "./resolve-options.js";

/** What an engine is made from: plain data, that another process can do it. */
export interface EnginePlan {
  options: PlainPairOptions;
  files: PairFiles;
  crossVocabulary: boolean;
  stamps: ModelStamps;
}

/** An engine and what is known of its models. */
export interface OpenedPair extends PairLayout {
  engine: NativeEngine;
  /** What makes tokens of texts and back. */
  targetModel: NativeModel;
  /** null without, and where it is loaded elsewhere. */
  draftModel: NativeModel | null;
  target: ModelInfo;
  draft: ModelInfo | null;
}

/**
 * Loads the weights and makes the engine. `report` is told the loaded fraction, 0…1. Rejects with MEMORY_INSUFFICIENT before
 * any weights are loaded, with MODEL_CHANGED where the files are not those of `stamps`, with what `report` throws, and with ABORTED.
 */
export async function openEngine(
  { options, files, crossVocabulary, stamps }: EnginePlan,
  flag: NativeAbortFlag,
  report: ((fraction: number) => void) | null,
): Promise<OpenedPair> {
  const models: NativeModel[] = [];
  let listenerFailure: { error: unknown } | null = null;
  try {
    await requireUnchanged(files, stamps);
    const layout = await layoutFor(options, files);
    const { target, draft } = placedModels(options, files, layout.gpuLayers);
    const { areOne } = await wantedLayers(options, files);
    const loads = draft === null || areOne ? [target] : [target, draft];
    const progress = await progressOver(
      loads.map(({ path }) => path),
      report,
    );
    for (const [i, { path, ...placement }] of loads.entries()) {
      // An error of the listener ends the load; thrown into native code it would be lost.
      const onProgress = (fraction: number) => {
        if (listenerFailure !== null) return;
        try {
          progress(i, fraction);
        } catch (error) {
          listenerFailure = { error };
          flag.abort();
        }
      };
      models.push(
        await native.loadModel(path, {
          ...placement,
          vocabularyOnly: false,
          onProgress,
          signal: flag,
        }),
      );
      onProgress(1);
      throwFailure(listenerFailure);
    }
    const [targetModel, separateDraft] = models as [NativeModel, NativeModel?];
    const draftModel = draft === null ? null : (separateDraft ?? targetModel);
    const settings = engineOptions(options, layout, crossVocabulary);
    const engine = await native.createEngine({ target: targetModel, draft: draftModel, ...settings });
    return {
      ...{ engine, targetModel, draftModel, ...layout },
      target: modelInfo(target.path, targetModel),
      draft: draft === null || draftModel === null ? null : modelInfo(draft.path, draftModel),
    };
  } catch (error) {
    for (const model of models) model.close();
    throwFailure(listenerFailure);
    throw error;
  }
}

/** Throws MEMORY_INSUFFICIENT. Nothing is laid out where nobody asks what it takes. */
async function layoutFor(options: PlainPairOptions, files: PairFiles): Promise<PairLayout> {
  const { asked: contextSize } = await contextSizes(options, files);
  const { target, draft } = (await wantedLayers(options, files)).wanted;
  const { maxSequences, checkMemory } = options;
  if (
    !checkMemory &&
    contextSize !== "auto" &&
    maxSequences !== "auto" &&
    target !== "auto" &&
    draft !== "auto"
  )
    return { contextSize, maxSequences, gpuLayers: { target, draft } };
  const memory = await planMemory(options, files);
  if (checkMemory && !memory.fits) throw await memoryError(memory, options, files);
  return {
    contextSize: memory.contextSize,
    maxSequences: memory.maxSequences,
    gpuLayers: memory.gpuLayers,
  };
}

export function throwFailure(failure: { error: unknown } | null): void {
  if (failure !== null) throw failure.error;
}

/** One fraction over several files, each weighing its size. */
async function progressOver(paths: string[], listener: ((fraction: number) => void) | null) {
  if (listener === null) return () => {};
  const sizes = await Promise.all(paths.map(async (path) => (await native.readHeader(path)).fileSize));
  const total = sizes.reduce((sum, size) => sum + size, 0);
  return (index: number, fraction: number) => {
    const before = sizes.slice(0, index).reduce((sum, size) => sum + size, 0);
    listener((before + fraction * (sizes[index] ?? 0)) / total);
  };
}
