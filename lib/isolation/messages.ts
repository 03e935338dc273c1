import type { MemoryEstimate } from "../memory-types.js";
import type { ModelInfo } from "../model-info.js";
import type { NativeBatch, NativeEngine, NativeRequest, Steering } from "../native.js";
import type { EnginePlan } from "../open-engine.js";
import type { PairLayout } from "../plan-memory.js";
import type { PlainError } from "./plain-error.js";

/** What of an engine is called in another process, and what of loading. */
export interface HostCalls extends Pick<NativeEngine, "measure" | "profile" | "save" | "restore"> {
  load(plan: EnginePlan): Promise<LoadedModels>;
  estimate(plan: Pick<EnginePlan, "options" | "files">): Promise<MemoryEstimate>;
}

export interface LoadedModels {
  layout: PairLayout;
  target: ModelInfo;
  draft: ModelInfo | null;
}

/** To the process that holds a pair's models. */
export type HostRequest =
  | { type: "generate"; id: number; request: NativeRequest }
  | { type: "steer"; id: number; to: Steering }
  | { type: "call"; id: number; method: keyof HostCalls; args: unknown[] };

/** From it. */
export type HostAnswer =
  | { type: "progress"; fraction: number }
  | { type: "batch"; id: number; batch: NativeBatch }
  | { type: "value"; id: number; value: unknown }
  | { type: "failure"; id: number; error: PlainError };
