import { createError } from "../errors.js";
import { chooseFiles } from "./choose-files.js";
import type { DownloadReport } from "./download-checkpoint.js";
import { hubEnvironment } from "./environment.js";
import { fetchCheckpoint } from "./fetch-checkpoint.js";
import { Hub } from "./hub.js";
import type { OnDownload } from "./pull-progress.js";
import { openRepository } from "./repository.js";

/** What `downloadCheckpoint` does once its options are checked; loaded when first needed, like pull.ts. */
export async function download(
  id: string,
  revision: string,
  signal: AbortSignal | undefined,
  onProgress: OnDownload,
): Promise<DownloadReport> {
  const hub = await Hub.open(await hubEnvironment(), signal);
  const repository = await openRepository(hub, id, revision);
  const choice = chooseFiles(repository, null);
  if (choice.kind === "gguf") {
    throw createError(
      "REPOSITORY_UNSUITABLE",
      `Expected a checkpoint in ${id} at ${revision} but found ${choice.file.path}, which is converted already`,
    );
  }
  const fetched = await fetchCheckpoint(hub, repository, choice, onProgress);
  return { repository: id, revision: repository.commit, ...fetched };
}
