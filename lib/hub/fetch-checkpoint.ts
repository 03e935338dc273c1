import { readFile } from "node:fs/promises";
import { requireConvertible } from "../convert/preflight.js";
import { fetchFile } from "./cached-file.js";
import { type Choice, chooseShards } from "./choose-files.js";
import type { Hub } from "./hub.js";
import type { OnDownload } from "./pull-progress.js";
import { type Repository, type RepositoryFile, rememberRevision } from "./repository.js";

/** A checkpoint in the hub's cache. */
export interface FetchedFiles {
  folder: string;
  /** Of all its files. */
  bytes: number;
  /** Bytes that came over the network. */
  received: number;
}

/**
 * Fetches a checkpoint: first what is small, which tells whether it can be converted at all.
 * Rejects with HubError, ModelError or the signal's reason.
 */
export async function fetchCheckpoint(
  hub: Hub,
  repository: Repository,
  { small, weights }: Extract<Choice, { kind: "checkpoint" }>,
  onDownload: OnDownload,
): Promise<FetchedFiles> {
  const folder = repository.layout.snapshot(repository.commit);
  let bytes = 0;
  let received = 0;
  const fetch = async (file: RepositoryFile) => {
    const path = await fetchOne(hub, repository, file, onDownload, (count) => {
      received += count;
    });
    bytes += file.size;
    return path;
  };
  for (const file of small) await fetch(file);
  await requireConvertible(folder);
  const path = await fetch(weights);
  if (weights.path.endsWith(".json")) {
    const shards = chooseShards(repository, weights, await readFile(path, "utf8"));
    for (const shard of shards) await fetch(shard);
  }
  await rememberRevision(repository);
  return { folder, bytes, received };
}

/** One file, with its progress told. */
export function fetchOne(
  hub: Hub,
  repository: Repository,
  file: RepositoryFile,
  onDownload: OnDownload,
  onReceived: (bytes: number) => void,
): Promise<string> {
  return fetchFile(hub, repository, file, (present, received) => {
    onReceived(received);
    onDownload({
      stage: "download",
      repository: repository.id,
      file: file.path,
      bytes: present,
      total: file.size,
    });
  });
}
