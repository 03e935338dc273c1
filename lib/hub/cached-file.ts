import { createHash, type Hash, randomUUID } from "node:crypto";
import { copyFile, link, mkdir, rename, rm, stat, symlink } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { createError } from "../errors.js";
import type { Hub } from "./hub.js";
import { unreachable } from "./hub.js";
import { PartialFile } from "./partial-file.js";
import type { Repository, RepositoryFile } from "./repository.js";
import { Passing, retrying } from "./retrying.js";
import { StallGuard } from "./stall-guard.js";

/** So much in one go is progress: the attempts are counted anew. */
const PROGRESS = 1 << 20;

type OnBytes = (present: number, received: number) => void;

/**
 * A file of a repository, in the cache: what is there is used, what has begun is gone on with, and nothing gets its name before
 * its hash was checked. `onBytes` hears how many bytes are there, and how many of them just came.
 * Rejects with HubError or the signal's reason.
 */
export async function fetchFile(
  hub: Hub,
  { id, commit, layout }: Repository,
  file: RepositoryFile,
  onBytes: OnBytes = () => {},
): Promise<string> {
  const pointer = join(layout.snapshot(commit), ...file.path.split("/"));
  const { hash, size } = file;
  if (hash === null || (await hasSize(pointer, size))) {
    onBytes(size, 0);
    return pointer;
  }
  const blob = layout.blob(hash.hex);
  const present = await stat(blob).catch(() => null);
  if (present?.size !== size) {
    // Not without looking: another process may be about to put it there.
    if (present !== null) await rm(blob, { force: true });
    const path = file.path.split("/").map(encodeURIComponent).join("/");
    await download(hub, `${hub.endpoint}/${id}/resolve/${commit}/${path}`, blob, { ...file, hash }, onBytes);
  }
  await point(pointer, blob);
  onBytes(size, 0);
  return pointer;
}

type Expected = RepositoryFile & { hash: NonNullable<RepositoryFile["hash"]> };

async function download(
  hub: Hub,
  url: string,
  blob: string,
  file: Expected,
  onBytes: OnBytes,
): Promise<void> {
  const partial = await PartialFile.claim(blob, hub.signal);
  if (partial === null) return;
  let completed = false;
  try {
    if (partial.length > file.size) await partial.clear();
    const kept = partial.length;
    let actual = await complete(hub, url, partial, file, onBytes);
    if (actual !== file.hash.hex && kept > 0) {
      // The beginning was another's: a crash of the system, or a foreign hand, may have left anything.
      await partial.clear();
      actual = await complete(hub, url, partial, file, onBytes);
    }
    if (actual !== file.hash.hex) {
      await partial.clear();
      throw createError(
        "HUB_HASH_MISMATCH",
        `Expected ${file.hash.algorithm} ${file.hash.hex} for ${url} but received ${actual}`,
      );
    }
    await partial.complete();
    completed = true;
  } finally {
    if (!completed) await partial.release();
  }
}

/** Gets what is missing; the hash of all. */
async function complete(
  hub: Hub,
  url: string,
  partial: PartialFile,
  file: Expected,
  onBytes: OnBytes,
): Promise<string> {
  let hash = newHash(file);
  onBytes(partial.length, 0);
  for await (const bytes of partial.read()) {
    hub.signal?.throwIfAborted();
    hash.update(bytes);
  }
  const restart = async () => {
    await partial.clear();
    hash = newHash(file);
    onBytes(0, 0);
  };
  const append = async (bytes: Uint8Array) => {
    hash.update(bytes);
    await partial.append(bytes);
    onBytes(partial.length, bytes.length);
  };
  await retrying(async () => {
    if (partial.length < file.size) await transfer(hub, url, partial, file.size, { restart, append });
  }, hub.signal);
  return hash.digest("hex");
}

async function transfer(
  hub: Hub,
  url: string,
  partial: PartialFile,
  size: number,
  { restart, append }: { restart: () => Promise<void>; append: (bytes: Uint8Array) => Promise<void> },
): Promise<void> {
  const guard = new StallGuard(hub.signal, hub.environment.timeoutMs);
  const offset = partial.length;
  try {
    const response = await hub.open(url, offset, guard);
    if (offset > 0 && !response.headers.get("content-range")?.startsWith(`bytes ${offset}-`)) await restart();
    for await (const bytes of response.body ?? []) {
      guard.touch();
      if (partial.length + bytes.length > size) {
        await restart();
        throw createError("HUB_HASH_MISMATCH", `Expected ${size} bytes of ${url} but received more`);
      }
      await append(bytes);
    }
    if (partial.length < size)
      throw new Passing(unreachable(url, `it ended after ${partial.length} of ${size} bytes`), {
        progressed: partial.length - offset >= PROGRESS,
      });
  } catch (error) {
    throw hub.failure(error, url, guard, partial.length - offset >= PROGRESS);
  } finally {
    guard.end();
  }
}

function newHash({ hash, size }: Expected): Hash {
  // Git's name of a file is the SHA-1 of its length and bytes.
  return hash.algorithm === "sha256" ? createHash("sha256") : createHash("sha1").update(`blob ${size}\0`);
}

async function hasSize(path: string, size: number): Promise<boolean> {
  return (await stat(path).catch(() => null))?.size === size;
}

/** Makes the snapshot's file: a link where the system has them, as huggingface_hub does. */
async function point(pointer: string, blob: string): Promise<void> {
  await mkdir(dirname(pointer), { recursive: true });
  const temporary = `${pointer}.${randomUUID()}`;
  try {
    // Symbolic links are a privilege on Windows; not every file system has hard ones.
    await symlink(relative(dirname(pointer), blob), temporary)
      .catch(() => link(blob, temporary))
      .catch(() => copyFile(blob, temporary));
    await rename(temporary, pointer);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}
