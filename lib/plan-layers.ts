import { hasGpu } from "./devices.js";
import type { PairLayers } from "./gpu-layers.js";
import { largestThatFits, leavesReserve } from "./largest-that-fits.js";
import type { MemoryEstimate } from "./memory-types.js";
import { native } from "./native.js";
import type { PlainPairOptions } from "./resolve-options.js";

export interface WantedLayers {
  /** "auto" only where there is a GPU for them. */
  wanted: PairLayers<number | "auto">;
  /** All that the models have. */
  most: PairLayers;
  /** Both models are one: what is loaded is loaded once. */
  areOne: boolean;
}

/** What the options say of these files on this machine. */
export async function wantedLayers(
  { gpuLayers, device, workers, splitRows }: PlainPairOptions,
  files: { target: string; draft: string | null },
): Promise<WantedLayers> {
  const count = async (file: string) => (await native.readHeader(file)).blocks + 1;
  const most = {
    target: await count(files.target),
    draft: files.draft === null ? 0 : await count(files.draft),
  };
  const limited = (role: keyof PairLayers, hasPlace: boolean) => {
    const layers = gpuLayers[role];
    if (!hasPlace) return 0;
    return layers === "auto" ? layers : Math.min(most[role], layers === -1 ? Infinity : layers);
  };
  const wanted = {
    target: limited("target", workers.length > 0 || hasGpu(device.target)),
    draft: limited("draft", files.draft !== null && hasGpu(device.draft)),
  };
  const areOne =
    files.draft === files.target &&
    workers.length === 0 &&
    !splitRows &&
    device.draft === device.target &&
    wanted.draft === wanted.target;
  return { wanted, most, areOne };
}

/**
 * The layers in place of "auto": as many as GPUs have room for. The draft's come first, since a round reads its weights once for
 * each token and the target's once for all (docs/adr/0013).
 */
export async function chooseLayers(
  { wanted, most, areOne }: WantedLayers,
  estimateAt: (layers: PairLayers) => Promise<MemoryEstimate>,
): Promise<PairLayers> {
  const filled = (layers: PairLayers): PairLayers => ({
    target: wanted.target === "auto" ? layers.target : wanted.target,
    draft: wanted.draft === "auto" ? layers.draft : wanted.draft,
  });
  const all = filled(most);
  if (wanted.target !== "auto" && wanted.draft !== "auto") return all;
  // What a GPU does not hold is the CPU's, however little that has.
  const onGpus = async (layers: PairLayers) => {
    const estimate = await estimateAt(layers);
    return { ...estimate, devices: estimate.devices.filter(({ type }) => type !== "cpu") };
  };
  if (leavesReserve(await onGpus(all))) return all;
  const chosen = filled({ target: 0, draft: 0 });
  for (const roles of areOne ? ([["draft", "target"]] as const) : ([["draft"], ["target"]] as const)) {
    if (wanted[roles[0]] !== "auto") continue;
    const sizes = { smallest: 0, largest: most[roles[0]], step: 1 };
    const estimate = await largestThatFits(sizes, (layers) => {
      for (const role of roles) chosen[role] = layers;
      return onGpus({ ...chosen });
    });
    for (const role of roles) chosen[role] = estimate.gpuLayers[role];
  }
  return chosen;
}
