import { createError, type ModelError } from "../errors.js";

/** A file of a checkpoint that is damaged, or that contradicts another. */
export function damaged(file: string, expected: string, actual: string): ModelError {
  return createError("CHECKPOINT_INVALID", `${file}: expected ${expected} but found ${actual}`);
}

/** A checkpoint that is well formed but that cannot be converted. */
export function unsupported(file: string, what: string): ModelError {
  return createError("CHECKPOINT_UNSUPPORTED", `${file}: ${what}`);
}
