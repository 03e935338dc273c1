import { createError } from "./errors.js";

/** Throws FILE_NOT_WRITTEN for what the system says of a file; everything else passes unchanged. */
export function notWritten(path: string, error: unknown): never {
  const { syscall, code } = error as NodeJS.ErrnoException;
  if (syscall === undefined) throw error;
  throw createError("FILE_NOT_WRITTEN", `Expected to write ${path} but got ${code}`);
}
