import { stat } from "node:fs/promises";
import { createError } from "./errors.js";
import { fileHash } from "./file-hash.js";
import type { PairParts } from "./pair.js";
import type { PairFiles } from "./plan-memory.js";
import type { ModelHashes } from "./session-file.js";

/** What tells a file from a later one of its path, without reading it; null: no draft. */
export interface ModelStamps {
  target: string;
  draft: string | null;
}

/** Of the files that are about to be loaded, which says what is wrong with one that cannot be. */
export async function modelStamps({ target, draft }: PairFiles): Promise<ModelStamps> {
  return { target: await stamp(target), draft: draft === null ? null : await stamp(draft) };
}

/** Throws MODEL_CHANGED where what was loaded with these stamps, and is loaded once more, would be another model. */
export async function requireUnchanged(files: PairFiles, loaded: ModelStamps): Promise<void> {
  const { target, draft } = await modelStamps(files);
  if (target !== loaded.target) throw changed(files.target);
  if (files.draft !== null && draft !== loaded.draft) throw changed(files.draft);
}

const known = new WeakMap<PairParts, Promise<ModelHashes>>();

/** Of what a pair has loaded, read once: the files are large. Rejects with MODEL_CHANGED where they are others by now. */
export function modelHashes(parts: PairParts): Promise<ModelHashes> {
  const before = known.get(parts);
  if (before) return before;
  const hashes = hashModels(parts);
  known.set(parts, hashes);
  hashes.catch(() => known.delete(parts));
  return hashes;
}

async function hashModels({ target, draft, stamps }: PairParts): Promise<ModelHashes> {
  const files = { target: target.path, draft: draft?.path ?? null };
  await requireUnchanged(files, stamps);
  const hashes = {
    target: await fileHash(files.target),
    draft: files.draft === null ? null : await fileHash(files.draft),
  };
  // Once more: reading takes seconds.
  await requireUnchanged(files, stamps);
  return hashes;
}

/** Empty where there is no file. */
async function stamp(path: string): Promise<string> {
  const file = await stat(path, { bigint: true }).catch(() => null);
  return file === null ? "" : [file.dev, file.ino, file.size, file.mtimeNs].join();
}

function changed(path: string) {
  return createError(
    "MODEL_CHANGED",
    `Expected ${path} as it was loaded but it was written, replaced or taken away since`,
  );
}
