import { availableMemory } from "./available-memory.js";
import { engineOptions } from "./engine-options.js";
import type { DeviceMemory, MemoryEstimate, MemoryUse } from "./memory-types.js";
import { type NativeDeviceMemory, native } from "./native.js";
import type { ResolvedPairOptions } from "./resolve-options.js";

const LARGEST_DEFAULT_CONTEXT = 4096;
/** Of a context that is chosen: what is worth having, and what its size is a multiple of, as llama.cpp's caches are. */
const SMALLEST_CONTEXT = 512;
const CONTEXT_STEP = 256;
/** What a chosen context leaves of a device: estimates err, and other programs want something, too. */
const RESERVE = { share: 0.1, most: 2 ** 30 };

export interface PairFiles {
  target: string;
  draft: string | null;
}

/**
 * What loading takes, and where `contextSize` is "auto" how large it may be: as long as the target was trained for, or the longest
 * that fits; one that does not fit only where none does.
 */
export async function planMemory(
  options: ResolvedPairOptions,
  files: PairFiles,
  cpuMemory = availableMemory,
): Promise<MemoryEstimate> {
  const { gpuLayers, extraBuffers } = options;
  const estimateAt = async (contextSize: number) => {
    // Neither vocabularies nor profiles take what would be counted here.
    const engine = engineOptions(options, contextSize, false);
    const devices = await native.estimateMemory({ ...engine, ...files, gpuLayers, extraBuffers });
    return asEstimate(contextSize, devices, files.draft !== null, cpuMemory());
  };
  const { given, trained } = await contextSizes(options, files);
  return given === "auto" ? largestThatFits(trained, estimateAt) : estimateAt(given);
}

/** The context's size as asked for, its default included, and what the target was trained with. */
export async function contextSizes({ contextSize }: ResolvedPairOptions, { target }: PairFiles) {
  const { trainedContextSize } = await native.readHeader(target);
  const trained = trainedContextSize > 0 ? trainedContextSize : LARGEST_DEFAULT_CONTEXT;
  return { given: contextSize ?? Math.min(trained, LARGEST_DEFAULT_CONTEXT), trained };
}

async function largestThatFits(
  trained: number,
  estimateAt: (contextSize: number) => Promise<MemoryEstimate>,
): Promise<MemoryEstimate> {
  const longest = await estimateAt(trained);
  if (leavesReserve(longest) || trained <= SMALLEST_CONTEXT) return longest;
  const shortest = await estimateAt(SMALLEST_CONTEXT);
  if (!leavesReserve(shortest)) return shortest;
  // All of it grows with the context in a straight line, but for the rounding of buffers.
  const rooms = longest.devices.map(({ name, bytes, free }) => {
    const before = shortest.devices.find((device) => device.name === name)?.bytes ?? 0;
    const perToken = (bytes - before) / (longest.contextSize - shortest.contextSize);
    return perToken > 0 ? (free - reserveOf(free) - before) / perToken : trained;
  });
  let size = Math.min(trained, shortest.contextSize + Math.min(...rooms));
  for (; size >= shortest.contextSize + CONTEXT_STEP; size -= CONTEXT_STEP) {
    const estimate = await estimateAt(Math.floor(size / CONTEXT_STEP) * CONTEXT_STEP);
    if (leavesReserve(estimate)) return estimate;
  }
  return shortest;
}

function leavesReserve({ devices }: MemoryEstimate): boolean {
  return devices.every(({ bytes, free }) => bytes <= free - reserveOf(free));
}

function reserveOf(free: number): number {
  return Math.min(free * RESERVE.share, RESERVE.most);
}

function asEstimate(
  contextSize: number,
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
    contextSize,
    devices,
    bytes: devices.reduce((total, { bytes }) => total + bytes, 0),
    fits: devices.every(({ bytes, free }) => bytes <= free),
  };
}

function sum({ weights, cache, compute }: MemoryUse): number {
  return weights + cache + compute;
}
