import { createError, ForetokenError, fromNative, isErrorCode, MemoryError, outOfMemory } from "../errors.js";
import type { MemoryEstimate } from "../memory-types.js";

/** An error on its way to another process. */
export interface PlainError {
  /** null for one that is not ours. */
  code: string | null;
  message: string;
  estimate?: MemoryEstimate;
}

export function toPlainError(thrown: unknown): PlainError {
  const error = fromNative(thrown);
  if (!(error instanceof ForetokenError)) return { code: null, message: (error as Error).message };
  const { code, message } = error;
  const estimate = error instanceof MemoryError ? error.estimate : null;
  return { code, message, ...(estimate !== null && { estimate }) };
}

export function fromPlainError({ code, message, estimate }: PlainError): Error {
  if (estimate !== undefined) return outOfMemory(message, estimate);
  return code !== null && isErrorCode(code) ? createError(code, message) : new Error(message);
}
