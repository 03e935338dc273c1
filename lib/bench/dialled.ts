import { readFile } from "node:fs/promises";

/** What scripts/dialled-pair.mjs writes beside a model; see there. */
export interface Dial {
  /** Of a draft: how often it agrees, by construction. */
  agreement?: number;
  /** Tokens to begin texts with: the model looks at the last token only. */
  starts: number[];
}

/** null for models that were not made for benchmarks. */
export async function readDial(model: string): Promise<Dial | null> {
  if (!model.endsWith(".f16.gguf")) return null;
  return readFile(model.replace(/\.f16\.gguf$/, ".json"), "utf8").then(JSON.parse, () => null);
}
