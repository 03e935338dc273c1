import { join } from "node:path";

/** Where huggingface_hub keeps things of a repository. */
export class CacheLayout {
  readonly folder: string;

  constructor(cacheFolder: string, repository: string) {
    this.folder = join(cacheFolder, ["models", ...repository.split("/")].join("--"));
  }

  /** The bytes of a file, by its ETag. */
  blob(etag: string): string {
    return join(this.folder, "blobs", etag);
  }

  snapshot(commit: string): string {
    return join(this.folder, "snapshots", commit);
  }

  /** Holds the commit that a branch or tag was last seen at. */
  ref(revision: string): string {
    return join(this.folder, "refs", ...revision.split("/"));
  }
}
