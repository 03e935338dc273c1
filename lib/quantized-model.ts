import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { DraftQuantization } from "./draft-options.js";
import { createError } from "./errors.js";
import { exists } from "./exists.js";
import { fileHash } from "./file-hash.js";
import { defaultModelsFolder, removeAbandoned } from "./models-folder.js";
import { native } from "./native.js";
import type { ResolvedDraft } from "./resolve-draft.js";
import { defaultThreads } from "./threads.js";
import { makeWholeFile } from "./whole-file.js";

/**
 * The path of a model's copy in a smaller weight type. It is made once, beside the pulled models, and found again by the
 * SHA-256 of what it was made of. Rejects with QUANTIZE_FAILED, the signal's reason, what reading a header rejects with
 * and what the file system says.
 */
export async function quantizedModel(
  path: string,
  type: DraftQuantization,
  signal: AbortSignal | null,
  folder = join(defaultModelsFolder(), "quantized"),
): Promise<string> {
  await native.readHeader(path);
  const copy = join(folder, `${await fileHash(path, signal)}.${type}.gguf`);
  if (await exists(copy)) return copy;
  requireWritable(copy);
  await mkdir(folder, { recursive: true });
  await removeAbandoned(folder);
  await makeWholeFile(
    copy,
    (temporary) => native.quantizeModel(path, temporary, type, defaultThreads()),
    signal,
  );
  return copy;
}

/**
 * llama.cpp's quantiser opens what it writes by the bytes of its path, which Windows takes for letters of a code page.
 * Throws QUANTIZE_FAILED.
 */
export function requireWritable(copy: string, platform = process.platform): void {
  if (platform === "win32" && /[^ -~]/.test(copy)) {
    throw createError(
      "QUANTIZE_FAILED",
      `Expected a folder of ASCII letters for the draft's smaller copy, as llama.cpp's quantiser needs on Windows, but received ${copy}`,
    );
  }
}

/** The file that a draft is loaded from. Rejects with what `quantizedModel` rejects with. */
export async function draftFile(
  source: string,
  draft: ResolvedDraft | null,
  signal: AbortSignal | null,
): Promise<string> {
  return draft?.quantize == null ? source : quantizedModel(source, draft.quantize, signal);
}
