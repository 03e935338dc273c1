import * as is from "./is.js";

/** Of both models: layers on GPUs, of a model's own and its output. The draft's are 0 without a draft model. */
export interface PairLayers<L = number> {
  target: L;
  draft: L;
}

/** An option `gpuLayers`; -1 is all. Throws OPTION_INVALID. */
export function gpuLayers(name: string, value: unknown): number | "auto" {
  if (value === "auto") return value;
  if (value === "all") return -1;
  if (typeof value !== "number") throw is.invalid(name, `integer between 0 and 1000, "all" or "auto"`, value);
  return is.integer(name, value, 0, 1000);
}
