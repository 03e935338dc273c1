import { readConfig } from "./checkpoint.js";
import { planFor } from "./families/index.js";
import { vocabularySize } from "./plan.js";
import { tokenizerMetadata } from "./tokenizer.js";

/**
 * Whether a checkpoint can be converted, as far as config.json and tokenizer say, before gigabytes of weights are fetched.
 * Rejects with CHECKPOINT_NOT_FOUND, CHECKPOINT_INVALID, CHECKPOINT_UNSUPPORTED.
 */
export async function requireConvertible(folder: string): Promise<void> {
  const config = await readConfig(folder);
  const plan = planFor(config, () => true);
  await tokenizerMetadata({ folder, config, tensors: new Map() }, vocabularySize(plan));
}
