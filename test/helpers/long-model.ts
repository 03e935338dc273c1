import { join } from "node:path";
import type { Test } from "tap";
import { rewrite, uint32 } from "./gguf.js";

export const LONG_CONTEXT = 2048;

/** The smallest embedded model, said to have been trained for texts longer than may wait to be read. */
export function writeLongModel(t: Test): string {
  return rewrite("fable-1m", join(t.testdir(), "long.gguf"), ({ metadata }) =>
    metadata.set("gptneox.context_length", uint32(LONG_CONTEXT)),
  );
}
