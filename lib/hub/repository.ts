import { randomUUID } from "node:crypto";
import { mkdir, readdir, readFile, rename, stat, writeFile } from "node:fs/promises";
import { dirname, join, relative, sep } from "node:path";
import { createError, ForetokenError } from "../errors.js";
import { CacheLayout } from "./cache-layout.js";
import type { Hub } from "./hub.js";
import { isContained } from "./repository-id.js";
import { ATTEMPTS, retrying } from "./retrying.js";

export interface RepositoryFile {
  /** Within the repository, with slashes. */
  path: string;
  size: number;
  /** What its bytes are checked against, and its name in the cache; null where it is in the cache already. */
  hash: { algorithm: "sha256" | "git-sha1"; hex: string } | null;
}

/** A repository at one commit. */
export interface Repository {
  id: string;
  revision: string;
  commit: string;
  files: readonly RepositoryFile[];
  layout: CacheLayout;
  /** It is known from the cache only: what is not there cannot be had. */
  offline: boolean;
}

const COMMIT = /^[0-9a-f]{40}$/;

/**
 * What a revision holds, from the hub, or from the cache where the hub cannot be reached.
 * Rejects with HubError or the signal's reason.
 */
export async function openRepository(hub: Hub, id: string, revision: string): Promise<Repository> {
  const layout = new CacheLayout(hub.environment.cacheFolder, id);
  const cached = await openCached(layout, id, revision);
  if (hub.environment.offline) {
    if (cached !== null) return cached;
    throw createError(
      "HUB_OFFLINE",
      `Expected ${id} at ${revision} in the cache ${hub.environment.cacheFolder}, as HF_HUB_OFFLINE asks, but it is not there`,
    );
  }
  try {
    const attempts = cached === null ? ATTEMPTS : 2;
    const commit = await retrying(() => commitOf(hub, id, revision), hub.signal, attempts);
    const files = await retrying(() => filesOf(hub, id, commit), hub.signal, attempts);
    return { id, revision, commit, files, layout, offline: false };
  } catch (error) {
    const isGone = error instanceof ForetokenError && error.code === "HUB_UNREACHABLE";
    if (isGone && cached !== null) return cached;
    throw error;
  }
}

/** Notes which commit the revision is, as soon as its files are there. */
export async function rememberRevision({ layout, revision, commit, offline }: Repository): Promise<void> {
  if (offline || revision === commit) return;
  const path = layout.ref(revision);
  const temporary = `${path}.${randomUUID()}`;
  await mkdir(dirname(path), { recursive: true });
  await writeFile(temporary, commit);
  await rename(temporary, path);
}

async function commitOf(hub: Hub, name: string, revision: string): Promise<string> {
  const { modelInfo } = await import("@huggingface/hub");
  const { fetch, endpoint: hubUrl } = hub;
  const { sha } = await readable(modelInfo({ name, revision, hubUrl, fetch, additionalFields: ["sha"] }));
  if (typeof sha === "string" && COMMIT.test(sha)) return sha;
  throw createError("HUB_FAILED", `Expected the commit of ${name} at ${revision} but received ${sha}`);
}

async function filesOf(hub: Hub, name: string, commit: string): Promise<RepositoryFile[]> {
  const { listFiles } = await import("@huggingface/hub");
  const { fetch, endpoint: hubUrl } = hub;
  const repo = { type: "model", name } as const;
  const entries = listFiles({ repo, revision: commit, recursive: true, hubUrl, fetch });
  const files: RepositoryFile[] = [];
  for (;;) {
    const { done, value } = await readable(entries.next());
    if (done) return files;
    const { type, path, oid, lfs } = value;
    const size = lfs?.size ?? value.size;
    if (type !== "file" || !isContained(path)) continue;
    const hash =
      lfs === undefined
        ? ({ algorithm: "git-sha1", hex: String(oid) } as const)
        : ({ algorithm: "sha256", hex: lfs.oid } as const);
    const isHash = hash.hex.length === (lfs === undefined ? 40 : 64) && /^[0-9a-f]+$/.test(hash.hex);
    if (!isHash || !Number.isSafeInteger(size))
      throw createError(
        "HUB_FAILED",
        `Expected size and hash of ${name}/${path} but the hub's list has none`,
      );
    files.push({ path, size, hash });
  }
}

/** An answer that is not what it should be is the hub's failure. */
async function readable<T>(answer: Promise<T>): Promise<T> {
  return answer.catch((error: unknown) => {
    if (!(error instanceof SyntaxError)) throw error;
    throw createError("HUB_FAILED", `Expected JSON of the hub but ${error.message}`);
  });
}

async function openCached(layout: CacheLayout, id: string, revision: string): Promise<Repository | null> {
  const commit = COMMIT.test(revision)
    ? revision
    : (await readFile(layout.ref(revision), "utf8").catch(() => "")).trim();
  if (!COMMIT.test(commit)) return null;
  const folder = layout.snapshot(commit);
  const names = await readdir(folder, { recursive: true }).catch(() => []);
  const files: RepositoryFile[] = [];
  for (const name of names) {
    const path = join(folder, name);
    const found = await stat(path).catch(() => null);
    if (found?.isFile())
      files.push({ path: relative(folder, path).split(sep).join("/"), size: found.size, hash: null });
  }
  return files.length === 0 ? null : { id, revision, commit, files, layout, offline: true };
}
