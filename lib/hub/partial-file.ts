import { type FileHandle, mkdir, open, readdir, rename, rm, stat, utimes } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { isOwned, ownedName } from "../owned-name.js";

const ENDING = ".incomplete";
const POLL_MS = 200;
/** Synchronised this often: the page cache does not fill up, and an interrupted fsync never takes long. */
const SYNC_EVERY = 256 << 20;

/**
 * The bytes of a blob that have come so far. The file's name says whose it is, and whoever renames it has it: of two processes
 * that want the same blob one downloads, the other waits, and what a killed one left is gone on with. What is nobody's is called
 * as huggingface_hub calls it.
 */
export class PartialFile {
  length = 0;
  readonly #blob: string;
  readonly #path: string;
  readonly #file: FileHandle;
  #unsynchronised = 0;

  private constructor(blob: string, path: string, file: FileHandle) {
    this.#blob = blob;
    this.#path = path;
    this.#file = file;
  }

  /** Null once the blob is there: another process was faster. Rejects with the signal's reason. */
  static async claim(blob: string, signal: AbortSignal | undefined): Promise<PartialFile | null> {
    await mkdir(dirname(blob), { recursive: true });
    const mine = ownedName(blob, ENDING);
    for (;;) {
      signal?.throwIfAborted();
      if (await stat(blob).catch(() => null)) return null;
      const { left, busy } = await others(blob);
      const [best, ...rest] = left;
      if (best !== undefined) {
        if (await take(best, mine)) {
          await Promise.all(rest.map((path) => rm(path, { force: true })));
          const partial = new PartialFile(blob, mine, await open(mine, "r+"));
          partial.length = (await partial.#file.stat()).size;
          return partial;
        }
      } else if (!busy) {
        return new PartialFile(blob, mine, await open(mine, "wx+"));
      } else {
        await wait(POLL_MS, undefined, signal === undefined ? {} : { signal }).catch(() => {});
      }
    }
  }

  async *read(): AsyncGenerator<Uint8Array> {
    const chunk = new Uint8Array(4 << 20);
    for (let at = 0; at < this.length; ) {
      const { bytesRead } = await this.#file.read(chunk, 0, chunk.length, at);
      if (bytesRead === 0) return;
      yield chunk.subarray(0, bytesRead);
      at += bytesRead;
      if (at % SYNC_EVERY === 0) await this.#touch();
    }
  }

  /** Shows other processes that somebody works here. */
  async #touch(): Promise<void> {
    const now = new Date();
    await this.#file.utimes(now, now);
  }

  async append(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length; ) {
      const { bytesWritten } = await this.#file.write(bytes, at, bytes.length - at, this.length);
      at += bytesWritten;
      this.length += bytesWritten;
    }
    this.#unsynchronised += bytes.length;
    if (this.#unsynchronised < SYNC_EVERY) return;
    await this.#file.datasync();
    this.#unsynchronised = 0;
  }

  async clear(): Promise<void> {
    await this.#file.truncate(0);
    this.length = 0;
  }

  /** All has come and was verified. */
  async complete(): Promise<void> {
    await this.#file.sync();
    await this.#file.close();
    await rename(this.#path, this.#blob);
  }

  /** Leaves what has come for the next attempt. */
  async release(): Promise<void> {
    await this.#file.close();
    // Why it is left shall be heard, not that it could not be, or that another process has taken it over by now.
    await (this.length > 0 ? rename(this.#path, this.#blob + ENDING) : rm(this.#path)).catch(() => {});
  }
}

/** Partial files that nobody works on, the longest first, and whether somebody works on one. */
async function others(blob: string): Promise<{ left: string[]; busy: boolean }> {
  const folder = dirname(blob);
  const names = (await readdir(folder)).filter(
    (name) => name.startsWith(`${basename(blob)}.`) && name.endsWith(ENDING),
  );
  const found = await Promise.all(
    names.map(async (name) => {
      const path = join(folder, name);
      const stats = await stat(path).catch(() => null);
      return stats === null ? [] : [{ path, size: stats.size, busy: isOwned(name, ENDING, stats.mtimeMs) }];
    }),
  );
  const all = found.flat().sort((a, b) => b.size - a.size);
  return {
    left: all.filter(({ busy }) => !busy).map(({ path }) => path),
    busy: all.some(({ busy }) => busy),
  };
}

async function take(path: string, mine: string): Promise<boolean> {
  try {
    // First, or it could look left behind under its new name.
    const now = new Date();
    await utimes(path, now, now);
    await rename(path, mine);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return false;
    throw error;
  }
}
