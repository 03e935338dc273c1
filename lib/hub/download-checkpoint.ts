import { CallSite } from "../call-site.js";
import * as is from "../is.js";
import { MAIN } from "../models-folder.js";
import { callbacks } from "./pull-model.js";
import type { PullProgress } from "./pull-progress.js";
import { repositoryId, revisionName } from "./repository-id.js";

export interface DownloadOptions {
  /** owner/name */
  repository: string;
  /**
   * Branch, tag or commit.
   * @default "main"
   */
  revision?: string;
  /** Aborts with its reason; what has come stays in the hub's cache, and the next download goes on there. */
  signal?: AbortSignal;
  /** Called with what is being fetched and how far that is. */
  onProgress?: (progress: PullProgress) => void;
}

export interface DownloadReport {
  repository: string;
  /** The commit that the files are of. */
  revision: string;
  /** Folder in the hub's cache that `convertCheckpoint` takes. */
  folder: string;
  /** Bytes of the checkpoint. */
  bytes: number;
  /** Bytes that came over the network. */
  received: number;
}

/**
 * Gets a checkpoint that can be converted into the hub's cache, verified.
 * Rejects with OptionError, HubError, ModelError for what cannot be converted, or the signal's reason.
 */
export function downloadCheckpoint(options: DownloadOptions): Promise<DownloadReport> {
  return new CallSite(downloadCheckpoint).wait(async () => {
    const given = is.record("options", options);
    is.onlyKnownKeys("", given, ["repository", "revision", "signal", "onProgress"]);
    const id = repositoryId("repository", given.repository);
    const revision = is.optional(given.revision, (value) => revisionName("revision", value)) ?? MAIN;
    const { signal, onProgress } = callbacks(given);
    const { download } = await import("./download.js");
    return download(id, revision, signal, onProgress);
  });
}
