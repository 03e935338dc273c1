import { mkdir, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { convertCheckpoint } from "../convert/convert.js";
import { readGgufSource } from "../convert/gguf-source.js";
import { ForetokenError } from "../errors.js";
import { fileHash } from "../file-hash.js";
import { type ModelSource, modelFileName, modelNames, removeAbandoned } from "../models-folder.js";
import { native } from "../native.js";
import { type Choice, chooseFiles } from "./choose-files.js";
import { hubEnvironment } from "./environment.js";
import { fetchCheckpoint, fetchOne } from "./fetch-checkpoint.js";
import { Hub } from "./hub.js";
import { isSameFile, placeFile } from "./place-file.js";
import type { PullProgress } from "./pull-progress.js";
import { openRepository, type Repository, rememberRevision } from "./repository.js";

export interface PullReport {
  repository: string;
  /** The commit that the model is of. */
  revision: string;
  /** What `loadPair` and the command line find it by. */
  name: string;
  /** Absolute path of the GGUF file. */
  path: string;
  /** Bytes of the GGUF file. */
  bytes: number;
  /** Bytes that came over the network. */
  received: number;
  /** It was there already: nothing was done. */
  alreadyThere: boolean;
  /** What it was converted from, which stays in the hub's cache; null for a file that was ready, and where nothing was done. */
  checkpoint: { folder: string; bytes: number } | null;
}

export interface Pull extends ModelSource {
  modelsFolder: string;
  signal: AbortSignal | undefined;
  onProgress: (progress: PullProgress) => void;
}

/**
 * Puts a model of the hub into the models folder. Loaded when first needed: most programs only load models.
 * Rejects with HubError, ModelError or the signal's reason.
 */
export async function pull(request: Pull): Promise<PullReport> {
  const { repository: id, revision, file, modelsFolder, signal } = request;
  const hub = await Hub.open(await hubEnvironment(), signal);
  await mkdir(modelsFolder, { recursive: true });
  await removeAbandoned(modelsFolder);
  try {
    const repository = await openRepository(hub, id, revision);
    const choice = chooseFiles(repository, file);
    return choice.kind === "gguf"
      ? await pullReady(hub, request, repository, choice)
      : await pullCheckpoint(hub, request, repository, choice);
  } catch (error) {
    const isCutOff =
      error instanceof ForetokenError && (error.code === "HUB_OFFLINE" || error.code === "HUB_UNREACHABLE");
    const present = isCutOff ? await presentWithoutHub(request) : null;
    if (present === null) throw error;
    return present;
  }
}

async function pullCheckpoint(
  hub: Hub,
  request: Pull,
  repository: Repository,
  choice: Extract<Choice, { kind: "checkpoint" }>,
): Promise<PullReport> {
  const { signal, onProgress } = request;
  const { id, commit } = repository;
  const to = pathOf(request, null);
  const source = await readGgufSource(to);
  if (source?.repository === id && source.revision === commit && (await isWhole(to)))
    return report(request, to, { commit });
  const { folder, bytes, received } = await fetchCheckpoint(hub, repository, choice, onProgress);
  await convertCheckpoint({
    from: folder,
    to,
    name: id.slice(id.indexOf("/") + 1),
    repository: id,
    revision: commit,
    ...(signal === undefined ? {} : { signal }),
    onProgress: (fraction) => onProgress({ stage: "convert", repository: id, fraction }),
  });
  return report(request, to, { commit, received, alreadyThere: false, checkpoint: { folder, bytes } });
}

async function pullReady(
  hub: Hub,
  request: Pull,
  repository: Repository,
  { file }: Extract<Choice, { kind: "gguf" }>,
): Promise<PullReport> {
  const { commit, layout } = repository;
  const to = pathOf(request, file.path);
  const inCache = file.hash === null ? join(layout.snapshot(commit), file.path) : layout.blob(file.hash.hex);
  const isThere =
    (await isSameFile(to, inCache)) ||
    (file.hash?.algorithm === "sha256" && (await hasHash(to, file.size, file.hash.hex)));
  if (isThere) return report(request, to, { commit });
  let received = 0;
  const path = await fetchOne(hub, repository, file, request.onProgress, (bytes) => {
    received += bytes;
  });
  await rememberRevision(repository);
  // A file that cannot be loaded shall not be found by name.
  await native.readHeader(path);
  await placeFile(path, to);
  return report(request, to, { commit, received, alreadyThere: false });
}

/** A model that was converted earlier needs neither hub nor cache. */
async function presentWithoutHub(request: Pull): Promise<PullReport | null> {
  if (request.file !== null) return null;
  const path = pathOf(request, null);
  const source = await readGgufSource(path);
  if (source?.repository !== request.repository || !(await isWhole(path))) return null;
  return report(request, path, { commit: source.revision });
}

function pathOf({ repository, revision, modelsFolder }: Pull, file: string | null): string {
  return resolve(modelsFolder, modelFileName({ repository, revision, file }));
}

async function report(
  { repository }: Pull,
  path: string,
  done: { commit: string } & Partial<Pick<PullReport, "received" | "alreadyThere" | "checkpoint">>,
): Promise<PullReport> {
  const { commit, received = 0, alreadyThere = true, checkpoint = null } = done;
  const { size: bytes } = await stat(path);
  const name = modelNames(path.slice(path.search(/[^/\\]*$/)))[0] ?? path;
  return { repository, revision: commit, name, path, bytes, received, alreadyThere, checkpoint };
}

function isWhole(path: string): Promise<boolean> {
  return native.readHeader(path).then(
    () => true,
    () => false,
  );
}

async function hasHash(path: string, size: number, expected: string): Promise<boolean> {
  if ((await stat(path).catch(() => null))?.size !== size) return false;
  return (await fileHash(path)) === expected;
}
