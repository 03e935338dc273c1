import { open, rename, rm } from "node:fs/promises";
import { ownedName } from "./owned-name.js";

/** What the names of files end in that are being written. */
export const PARTIAL = ".partial";

/** Synchronised this often: the page cache does not fill up, and an interrupted fsync never takes long. */
const SYNC_EVERY = 256 << 20;

/**
 * Writes a file that is either the old one or the whole new one, whatever happens in between: it is written under a name of its
 * own, synchronised, renamed. A part may be overwritten once the next is asked for. Rejects with the signal's
 * reason, and with what the file system says.
 */
export async function writeWholeFile(
  path: string,
  parts: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  { signal, onBytes }: { signal?: AbortSignal | undefined; onBytes?: (bytes: number) => void } = {},
): Promise<void> {
  const temporary = ownedName(path, PARTIAL);
  try {
    const file = await open(temporary, "w");
    try {
      let unsynchronised = 0;
      for await (const bytes of parts) {
        signal?.throwIfAborted();
        for (let at = 0; at < bytes.length; )
          at += (await file.write(bytes, at, bytes.length - at)).bytesWritten;
        unsynchronised += bytes.length;
        if (unsynchronised >= SYNC_EVERY) {
          await file.datasync();
          unsynchronised = 0;
        }
        onBytes?.(bytes.length);
      }
      await file.sync();
      signal?.throwIfAborted();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}
