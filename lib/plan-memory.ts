import { availableMemory } from "./available-memory.js";
import { type EngineSize, engineOptions } from "./engine-options.js";
import { largestThatFits } from "./largest-that-fits.js";
import type { DeviceMemory, MemoryEstimate, MemoryUse } from "./memory-types.js";
import { type NativeDeviceMemory, native } from "./native.js";
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

/**
 * What loading takes. Where `maxSequences` is "auto" it is as many as fit with the context asked for or the default one, at most 16;
 * where `contextSize` is, the longest that then fits, at most what the target was trained with. What does not fit is
 * chosen only where nothing does.
 */
export async function planMemory(
  options: PlainPairOptions,
  files: PairFiles,
  cpuMemory = availableMemory,
): Promise<MemoryEstimate> {
  const { gpuLayers, extraBuffers, splitRows } = options;
  const loading = { gpuLayers, extraBuffers, splitRows, workers: endpoints(options.workers) };
  const estimateAt = async (contextSize: number, maxSequences: number) => {
    // Neither vocabularies nor profiles take what would be counted here.
    const engine = engineOptions(options, { contextSize, maxSequences }, false);
    const devices = await native.estimateMemory({ ...engine, ...files, ...loading });
    return asEstimate({ contextSize, maxSequences }, devices, files.draft !== null, cpuMemory());
  };
  const { asked, usual, trained } = await contextSizes(options, files);
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

function asEstimate(
  size: EngineSize,
  native: readonly NativeDeviceMemory[],
  hasDraft: boolean,
  cpuMemory: number,
): MemoryEstimate {
  const devices = native.map(({ name, type, memoryTotal, memoryFree, target, draft }): DeviceMemory => {
    const bytes = sum(target) + sum(draft);
    // ggml takes all of the machine's memory for free, and some drivers do not tell.
    const free = type === "cpu" ? cpuMemory : memoryTotal > 0 ? memoryFree : Infinity;
    return { name, type, total: memoryTotal, free, target, draft: hasDraft ? draft : null, bytes };
  });
  return {
    ...size,
    devices,
    bytes: devices.reduce((total, { bytes }) => total + bytes, 0),
    fits: devices.every(({ bytes, free }) => bytes <= free),
  };
}

function sum({ weights, cache, compute }: MemoryUse): number {
  return weights + cache + compute;
}
