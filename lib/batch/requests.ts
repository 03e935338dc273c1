import { createError, type ForetokenError } from "../errors.js";
import * as is from "../is.js";
import { type Line, readLines } from "./lines.js";

export type BatchId = string | number;

/** A line of the input: what is asked for, or why it cannot be. */
export interface BatchLine {
  id: BatchId;
  request: Record<string, unknown> | null;
  problem: ForetokenError | null;
}

/**
 * The ids of an input, read once before anything begins that could not be told apart later. Rejects with BATCH_INVALID where
 * the file cannot be read, an id is neither text nor a whole number, or comes twice.
 */
export async function readIds(path: string): Promise<string[]> {
  const lineOf = new Map<string, number>();
  for await (const { line, id } of parsedLines(path)) {
    if (!isId(id)) {
      throw invalid(path, line, `a text or a whole number as id but found ${JSON.stringify(id)}`);
    }
    const before = lineOf.get(String(id));
    if (before !== undefined) {
      throw invalid(path, line, `an id of its own but found ${JSON.stringify(id)}, as in line ${before}`);
    }
    lineOf.set(String(id), line.number);
  }
  return [...lineOf.keys()];
}

/** The lines of an input that `readIds` has found in order. */
export async function* readRequests(path: string): AsyncGenerator<BatchLine, void, undefined> {
  for await (const { id, request, problem } of parsedLines(path)) {
    yield { id: id as BatchId, request, problem };
  }
}

export function isId(id: unknown): id is BatchId {
  return typeof id === "string" || Number.isSafeInteger(id);
}

/** Without an id of its own a line's number is its id. */
async function* parsedLines(path: string) {
  try {
    for await (const line of readLines(path)) {
      if (line.text.trim() === "") continue;
      const parsed = parse(path, line);
      const id = parsed.request?.id ?? line.number;
      yield { line, id, ...parsed };
    }
  } catch (error) {
    const { syscall, code } = error as NodeJS.ErrnoException;
    if (syscall === undefined) throw error;
    throw createError("BATCH_INVALID", `Expected a readable file of requests at ${path} but got ${code}`);
  }
}

function parse(path: string, line: Line): Pick<BatchLine, "request" | "problem"> {
  try {
    // A file that begins with a byte order mark was written on Windows.
    const request: unknown = JSON.parse(line.number === 1 ? line.text.replace(/^\uFEFF/, "") : line.text);
    if (is.isRecord(request)) return { request, problem: null };
    return { request: null, problem: invalid(path, line, "an object but found another value") };
  } catch (error) {
    const what = error instanceof Error ? error.message : String(error);
    return { request: null, problem: invalid(path, line, `JSON but got ${what}`) };
  }
}

function invalid(path: string, { number }: Line, rest: string): ForetokenError {
  return createError("BATCH_INVALID", `Expected of line ${number} of ${path} ${rest}`);
}
