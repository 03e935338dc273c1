import { type FileHandle, open } from "node:fs/promises";
import { createError, type ForetokenError } from "../errors.js";
import { isMissing } from "../exists.js";
import type { Completion } from "../generation.js";
import * as is from "../is.js";
import { notWritten } from "../not-written.js";
import { writeWholeFile } from "../whole-file.js";
import { readLines } from "./lines.js";
import { OutputOwner } from "./output-owner.js";
import { type BatchId, isId } from "./requests.js";

/** A finished request as the output has it; `id` comes first, by which a torn line is known. */
export type BatchResult = { id: BatchId } & (BatchText | { error: { code: string; message: string } });

interface BatchText extends Pick<Completion, "text" | "finishReason" | "seed"> {
  promptTokens: number;
  generatedTokens: number;
  /** Where log-probabilities were asked for. */
  tokens?: Completion["tokens"];
}

const SYNC_EVERY_MS = 1000;
const BEGINNING = '{"id":';

/** The output: a line for each finished request, in the order in which they finish. */
export class Results {
  /** Ids that earlier runs have finished. */
  readonly done: ReadonlySet<string>;
  /** Those of them whose results are errors. */
  readonly failed: ReadonlySet<string>;
  readonly #path: string;
  readonly #owner: OutputOwner;
  readonly #file: FileHandle;
  #syncedAt = performance.now();
  #lastWrite = Promise.resolve();

  private constructor(
    { done, failed }: Pick<Results, "done" | "failed">,
    path: string,
    owner: OutputOwner,
    file: FileHandle,
  ) {
    this.done = done;
    this.failed = failed;
    this.#path = path;
    this.#owner = owner;
    this.#file = file;
  }

  /**
   * Opens the output of a run that begins or goes on. A last line that was torn is cut off; with `retryErrors` lines with
   * errors are taken out. Rejects with BATCH_INVALID, and leaves the file as it is, where it holds anything else, cannot be
   * written, or another process is writing it.
   */
  static async open(path: string, { retryErrors = false } = {}): Promise<Results> {
    const owner = await OutputOwner.of(path).catch((error: unknown) => unwritable(path, error));
    try {
      const { kept, wholeBytes, tornBytes, ...ids } = await readResults(path, retryErrors);
      if (kept !== null) await writeWholeFile(path, kept());
      const file = await open(path, "a");
      if (kept === null && tornBytes > 0) await file.truncate(wholeBytes);
      return new Results(ids, path, owner, file);
    } catch (error) {
      await owner.end();
      return unwritable(path, error);
    }
  }

  /**
   * Lines are written one after the other, each by one write, and none after one that failed, so that only the last can be torn. Once
   * its write has returned a line survives this process, however that ends, and only a fall of the whole machine can lose it.
   * Against that the file is synchronised, but no more than once a second: on a disk each takes milliseconds, in which the
   * models could have written tokens, and what it saves is a second's work. Rejects with FILE_NOT_WRITTEN.
   */
  append(result: BatchResult): Promise<void> {
    this.#lastWrite = this.#lastWrite
      .then(() => this.#write(Buffer.from(`${JSON.stringify(result)}\n`)))
      .catch((error) => notWritten(this.#path, error));
    return this.#lastWrite;
  }

  async #write(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length; )
      at += (await this.#file.write(bytes, at, bytes.length - at)).bytesWritten;
    if (performance.now() - this.#syncedAt < SYNC_EVERY_MS) return;
    await this.#file.datasync();
    this.#syncedAt = performance.now();
  }

  /** Rejects with FILE_NOT_WRITTEN. */
  async close(): Promise<void> {
    // Whoever wrote is told what became of it.
    await this.#lastWrite.catch(() => {});
    await this.#file
      .datasync()
      .finally(() => this.#file.close())
      .finally(() => this.#owner.end())
      .catch((error) => notWritten(this.#path, error));
  }
}

async function readResults(path: string, retryErrors: boolean) {
  const done = new Set<string>();
  const failed = new Set<string>();
  let wholeBytes = 0;
  let tornBytes = 0;
  let taken = 0;
  if (!(await isMissing(path))) {
    for await (const { text, number, end, isWhole } of readLines(path)) {
      if (!isWhole) {
        if (!couldBeTorn(text)) throw foreign(path, number);
        tornBytes = end - wholeBytes;
        continue;
      }
      wholeBytes = end;
      const result = parseResult(text);
      if (result === null) throw foreign(path, number);
      const isError = "error" in result;
      if (isError && retryErrors) {
        taken++;
        continue;
      }
      done.add(String(result.id));
      if (isError) failed.add(String(result.id));
    }
  }
  const kept = async function* () {
    for await (const { text, isWhole } of readLines(path)) {
      const result = isWhole ? parseResult(text) : null;
      if (result !== null && !("error" in result)) yield Buffer.from(`${text}\n`);
    }
  };
  return { done, failed, wholeBytes, tornBytes, kept: taken > 0 ? kept : null };
}

function parseResult(text: string): BatchResult | null {
  try {
    const value: unknown = JSON.parse(text);
    if (!is.isRecord(value) || !isId(value.id)) return null;
    return typeof value.text === "string" || is.isRecord(value.error) ? (value as BatchResult) : null;
  } catch {
    return null;
  }
}

/** Whether a last line without line feed is the beginning of a result, or a whole one. */
function couldBeTorn(text: string): boolean {
  if (!text.startsWith(BEGINNING)) return BEGINNING.startsWith(text);
  try {
    JSON.parse(text);
  } catch {
    return true;
  }
  return parseResult(text) !== null;
}

function unwritable(path: string, error: unknown): never {
  if ((error as NodeJS.ErrnoException).syscall === undefined) throw error;
  const { code } = error as NodeJS.ErrnoException;
  throw createError("BATCH_INVALID", `Expected to read and write ${path} but got ${code}`);
}

function foreign(path: string, line: number): ForetokenError {
  return createError(
    "BATCH_INVALID",
    `Expected results of \`foretoken batch\` in ${path}, or no such file, but line ${line} is something else`,
  );
}
