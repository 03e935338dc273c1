import type { PairLayers } from "./gpu-layers.js";

/** Bytes. */
export interface MemoryUse {
  weights: number;
  /** Keys and values of past tokens. */
  cache: number;
  /** What a forward pass works in, logits included. */
  compute: number;
}

/** What a pair would take of one device. */
export interface DeviceMemory {
  name: string;
  /** "cpu", "gpu", "igpu", "accelerator" */
  type: string;
  /** Bytes of the device, and of those what can still be taken; 0 and Infinity where the driver does not tell. */
  total: number;
  free: number;
  target: MemoryUse;
  /** null without a draft model. A draft that is the target's own file shares its weights. */
  draft: MemoryUse | null;
  /** All of it. */
  bytes: number;
}

/** What a pair would take. */
export interface MemoryEstimate {
  /** Given, the default, or chosen where it was "auto". */
  contextSize: number;
  maxSequences: number;
  /** Layers on GPUs or workers, the output being one of them; the draft's are 0 without a draft model. */
  gpuLayers: PairLayers;
  /** Those that something would lie on. */
  devices: DeviceMemory[];
  bytes: number;
  /** Whether each device has that much left. */
  fits: boolean;
}
