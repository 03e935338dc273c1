import { mib } from "./bench/format.js";
import { type MemoryError, outOfMemory } from "./errors.js";
import { isQuantised } from "./kv-types.js";
import type { DeviceMemory, MemoryEstimate, MemoryUse } from "./memory-types.js";
import { type FreeMemory, type PairFiles, planMemory } from "./plan-memory.js";
import type { PlainPairOptions } from "./resolve-options.js";

/** Ways out that are named at least. */
const WAYS = 3;
/** Of each number of f16 in "q8_0": 34 bytes for 32 of them. */
const Q8_SHARE = 34 / 64;

/** The error for what does not fit: the numbers, and ways out with theirs. `freeMemory` as for `planMemory`. */
export async function memoryError(
  estimate: MemoryEstimate,
  options: PlainPairOptions,
  files: PairFiles,
  freeMemory?: FreeMemory,
): Promise<MemoryError> {
  const short = estimate.devices.filter(({ bytes, free }) => bytes > free);
  const ways = [
    ...(short.some(({ type }) => type !== "cpu")
      ? [await fewerLayers(estimate, options, files, freeMemory)]
      : []),
    ...(await smallerCaches(estimate, options, files, freeMemory)),
    ...(options.flashAttention && !isQuantised(options.kvType)
      ? [`kvType: "q8_0" would save about ${mib(total(short, ({ cache }) => cache) * (1 - Q8_SHARE))}`]
      : []),
    ...(short.some(({ draft }) => draft !== null)
      ? [`draft: false would save ${mib(short.reduce((bytes, { draft }) => bytes + sum(draft), 0))}`]
      : []),
  ];
  // Of these there are always as many, for those who have no others.
  const last = [
    `smaller or quantised weights would save a part of ${mib(total(short, ({ weights }) => weights))}`,
    `freeing ${short.map(({ name, bytes, free }) => `${mib(bytes - free)} of ${name}`).join(" and ")} would do`,
    "checkMemory: false loads it all the same",
  ];
  ways.push(...last.slice(0, Math.max(0, WAYS - ways.length)));
  return outOfMemory(
    `Expected memory for the models but ${short.map(describe).join("; ")}; ${ways.join("; ")}`,
    estimate,
  );
}

/** Fewer sequences of the same length, and shorter ones, as far as one of both alone makes it fit. */
async function smallerCaches(
  { contextSize, maxSequences }: MemoryEstimate,
  options: PlainPairOptions,
  files: PairFiles,
  freeMemory?: FreeMemory,
): Promise<string[]> {
  const plan = (sizes: Pick<PlainPairOptions, "contextSize" | "maxSequences">) =>
    planMemory({ ...options, ...sizes }, files, freeMemory);
  const fewer = await plan({ contextSize, maxSequences: "auto" });
  const shorter = await plan({ contextSize: "auto", maxSequences });
  return [
    ...(fewer.fits && fewer.maxSequences < maxSequences
      ? [`maxSequences: ${fewer.maxSequences} would fit`]
      : []),
    ...(shorter.fits && shorter.contextSize < contextSize
      ? [`contextSize: ${shorter.contextSize} would fit`]
      : []),
  ];
}

/** With the contexts that were asked for. */
async function fewerLayers(
  { contextSize, maxSequences }: MemoryEstimate,
  options: PlainPairOptions,
  files: PairFiles,
  freeMemory?: FreeMemory,
): Promise<string> {
  const gpuLayers = { target: "auto", draft: "auto" } as const;
  const auto = await planMemory({ ...options, contextSize, maxSequences, gpuLayers }, files, freeMemory);
  const { target, draft } = auto.gpuLayers;
  return `gpuLayers: ${target}${files.draft === null ? "" : ` and draft.gpuLayers: ${draft}`} would fit there`;
}

function describe(device: DeviceMemory): string {
  const { name, bytes, free } = device;
  const part = (of: (use: MemoryUse) => number) => mib(total([device], of));
  return `${name} has ${mib(free)} free of the ${mib(bytes)} needed (weights ${part(({ weights }) => weights)}, cache ${part(({ cache }) => cache)}, passes ${part(({ compute }) => compute)})`;
}

function total(devices: readonly DeviceMemory[], of: (use: MemoryUse) => number): number {
  return devices.reduce((bytes, { target, draft }) => bytes + of(target) + (draft ? of(draft) : 0), 0);
}

function sum(use: MemoryUse | null): number {
  return use === null ? 0 : use.weights + use.cache + use.compute;
}
