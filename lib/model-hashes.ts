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

/** Of the files that are about to be loaded. Rejects with what the file system says. */
export async function modelStamps({ target, draft }: PairFiles): Promise<ModelStamps> {
  return { target: await stamp(target), draft: draft && (await stamp(draft)) };
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
  return {
    target: await hashOf(target.path, stamps.target),
    draft: draft && (await hashOf(draft.path, stamps.draft)),
  };
}

async function hashOf(path: string, loaded: string | null): Promise<string> {
  const hash = await fileHash(path);
  if ((await stamp(path)) !== loaded)
    throw createError(
      "MODEL_CHANGED",
      `Expected ${path} as it was loaded but it was written or replaced since`,
    );
  return hash;
}

async function stamp(path: string): Promise<string> {
  const { dev, ino, size, mtimeNs } = await stat(path, { bigint: true });
  return [dev, ino, size, mtimeNs].join();
}
