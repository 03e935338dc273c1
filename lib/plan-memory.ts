import { availableMemory } from "./available-memory.js";
import { engineOptions } from "./engine-options.js";
import type { PairLayers } from "./gpu-layers.js";
import { largestThatFits } from "./largest-that-fits.js";
import type { DeviceMemory, MemoryEstimate, MemoryUse } from "./memory-types.js";
import { type NativeDevice, type NativeDeviceMemory, type NativePlacedModel, native } from "./native.js";
import { chooseLayers, wantedLayers } from "./plan-layers.js";
import type { PlainPairOptions } from "./resolve-options.js";
import { endpoints } from "./workers/address.js";

const LARGEST_DEFAULT_CONTEXT = 4096;
/** Contexts are chosen among those worth having, in steps of llama.cpp's caches. */
const CONTEXT = { smallest: 512, step: 256 };
/** Beyond these a processor's arithmetic is used up by most models. */
const SEQUENCES = { smallest: 1, largest: 16, step: 1 };

export interface PairFiles {
  target: string;
  draft: string | null;
}

/** Bytes of a device that can still be taken. */
export type FreeMemory = (device: NativeDevice) => number;

interface PlacedPair {
  target: NativePlacedModel;
  draft: NativePlacedModel | null;
}

/** What is chosen where it is "auto". */
export type PairLayout = Pick<MemoryEstimate, "contextSize" | "maxSequences" | "gpuLayers">;

/**
 * What loading takes. Where `gpuLayers` are "auto" they are as many as fit beside contexts of the size asked for or the default one, of
 * one sequence if that is "auto", too. Where `maxSequences` is "auto" it is as many as fit with the context asked for or the default one, at most 16;
 * where `contextSize` is, the longest that then fits, at most what the target was trained with. What does not fit is
 * chosen only where nothing does.
 */
export async function planMemory(
  options: PlainPairOptions,
  files: PairFiles,
  freeMemory: FreeMemory = freeMemoryOf,
): Promise<MemoryEstimate> {
  const { asked, usual, trained } = await contextSizes(options, files);
  const layers = await wantedLayers(options, files);
  const estimate = once(async (layout: PairLayout) => {
    // Neither vocabularies nor profiles take what would be counted here.
    const engine = engineOptions(options, layout, false);
    const placed = placedModels(options, files, layout.gpuLayers);
    const devices = await native.estimateMemory({ ...engine, ...placed, sharesWeights: layers.areOne });
    return asEstimate(layout, devices, files.draft !== null, freeMemory);
  });
  const gpuLayers = await chooseLayers(layers, (gpuLayers) =>
    estimate({
      contextSize: asked === "auto" ? usual : asked,
      maxSequences: options.maxSequences === "auto" ? 1 : options.maxSequences,
      gpuLayers,
    }),
  );
  const estimateAt = (contextSize: number, maxSequences: number) =>
    estimate({ contextSize, maxSequences, gpuLayers });
  const most = (contextSize: number) => largestThatFits(SEQUENCES, (n) => estimateAt(contextSize, n));
  const longest = (maxSequences: number) =>
    largestThatFits({ ...CONTEXT, largest: trained }, (size) => estimateAt(size, maxSequences));
  if (options.maxSequences !== "auto") {
    return asked === "auto" ? longest(options.maxSequences) : estimateAt(asked, options.maxSequences);
  }
  const chosen = await most(asked === "auto" ? usual : asked);
  return asked === "auto" ? longest(chosen.maxSequences) : chosen;
}

/** The context's size as asked for, where it is not asked for the usual one, and what the target was trained with. */
export async function contextSizes({ contextSize }: PlainPairOptions, { target }: PairFiles) {
  const { trainedContextSize } = await native.readHeader(target);
  const trained = trainedContextSize > 0 ? trainedContextSize : LARGEST_DEFAULT_CONTEXT;
  const usual = Math.min(trained, LARGEST_DEFAULT_CONTEXT);
  return { asked: contextSize ?? usual, usual, trained };
}

/** The files with where each goes: workers hold the target alone, and its matrices alone are divided. */
export function placedModels(options: PlainPairOptions, files: PairFiles, layers: PairLayers): PlacedPair {
  const { extraBuffers, splitRows, device } = options;
  const place = (path: string, role: keyof PairLayers): NativePlacedModel => ({
    ...{ path, gpuLayers: layers[role], extraBuffers },
    ...(device[role] !== null && { device: device[role] }),
  });
  return {
    target: { ...place(files.target, "target"), splitRows, workers: endpoints(options.workers) },
    draft: files.draft === null ? null : place(files.draft, "draft"),
  };
}

/** Asks for the same once: all choices end with what they have laid out last. */
function once(estimate: (layout: PairLayout) => Promise<MemoryEstimate>): typeof estimate {
  const known = new Map<string, Promise<MemoryEstimate>>();
  return (layout) => {
    const { contextSize, maxSequences, gpuLayers } = layout;
    const key = [contextSize, maxSequences, gpuLayers.target, gpuLayers.draft].join();
    const found = known.get(key) ?? estimate(layout);
    known.set(key, found);
    return found;
  };
}

/** ggml takes all of the machine's memory for free, and some drivers do not tell. */
function freeMemoryOf({ type, memoryTotal, memoryFree }: NativeDevice): number {
  return type === "cpu" ? availableMemory() : memoryTotal > 0 ? memoryFree : Infinity;
}

function asEstimate(
  { contextSize, maxSequences, gpuLayers }: PairLayout,
  native: readonly NativeDeviceMemory[],
  hasDraft: boolean,
  freeMemory: FreeMemory,
): MemoryEstimate {
  const devices = native.map(({ target, draft, ...device }): DeviceMemory => {
    const { name, type, memoryTotal: total } = device;
    const bytes = sum(target) + sum(draft);
    return { name, type, total, free: freeMemory(device), target, draft: hasDraft ? draft : null, bytes };
  });
  return {
    ...{ contextSize, maxSequences, gpuLayers },
    devices,
    bytes: devices.reduce((total, { bytes }) => total + bytes, 0),
    fits: devices.every(({ bytes, free }) => bytes <= free),
  };
}

function sum({ weights, cache, compute }: MemoryUse): number {
  return weights + cache + compute;
}
