import type { Config } from "../checkpoint.js";
import { unsupported } from "../checkpoint-error.js";
import type { Plan } from "../plan.js";
import { codegen } from "./codegen.js";
import { gptNeox } from "./gpt-neox.js";
import { gpt2 } from "./gpt2.js";
import { llama, qwen2, qwen3 } from "./llama.js";
import { opt } from "./opt.js";

/** By config.json's model_type. `has` says whether the checkpoint has a tensor. */
export const FAMILIES: Readonly<Record<string, (config: Config, has: (tensor: string) => boolean) => Plan>> =
  {
    codegen,
    gpt2,
    gpt_neox: gptNeox,
    llama,
    mistral: llama,
    opt,
    qwen2,
    qwen3,
  };

/** Throws CHECKPOINT_UNSUPPORTED, and CHECKPOINT_INVALID for a config that lacks something or contradicts itself. */
export function planFor(config: Config, has: (tensor: string) => boolean): Plan {
  const family = Object.hasOwn(FAMILIES, config.modelType) ? FAMILIES[config.modelType] : undefined;
  if (family === undefined) {
    throw unsupported(
      config.file,
      `it is of the type ${JSON.stringify(config.modelType)}; known are ${Object.keys(FAMILIES).join(", ")}`,
    );
  }
  return family(config, has);
}
