import type { Command } from "commander";
import type { TargetPlacement } from "../options.js";
import { given } from "./given.js";
import { integerOrAllOrAuto } from "./numbers.js";

/** Where the target lies; the draft's are among its own. */
export interface PlacementFlags {
  gpuLayers?: number | "all" | "auto";
  device?: string;
}

export function addPlacementFlags(command: Command): Command {
  return command
    .option(
      "--gpu-layers <n>",
      "layers on the GPU, all, or auto: what fits (default: auto)",
      integerOrAllOrAuto,
    )
    .option(
      "--device <name>",
      "the device that holds them, as `foretoken devices` names it (default: every GPU)",
    );
}

export function targetPlacement({ gpuLayers, device }: PlacementFlags): TargetPlacement {
  return given({ gpuLayers, device });
}
