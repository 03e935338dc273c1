/**
 * Forward passes in double precision, from the published models' equations, on the checkpoint's own tensors: plain loops,
 * independent of the converter and of llama.cpp.
 */
import type { Checkpoint } from "./checkpoint.js";
import { codegen } from "./references/codegen.js";
import { gptNeox } from "./references/gpt-neox.js";
import { gpt2 } from "./references/gpt2.js";
import { decoder } from "./references/llama.js";
import { Model, type Vector } from "./references/model.js";
import { opt } from "./references/opt.js";

/** Logits of every position. */
export function referenceLogits(checkpoint: Checkpoint, tokens: readonly number[]): Vector[] {
  const type = String(checkpoint.config.model_type);
  const model = new Model(checkpoint);
  if (type === "gpt_neox") return gptNeox(model, tokens);
  if (type === "opt") return opt(model, tokens);
  if (type === "codegen") return codegen(model, tokens);
  if (type === "gpt2") return gpt2(model, tokens);
  return decoder(model, tokens);
}
