import { open, rename, rm } from "node:fs/promises";
import { notWritten } from "./not-written.js";
import { ownedName } from "./owned-name.js";

/** What the names of files end in that are being written. */
export const PARTIAL = ".partial";

/** Synchronised this often: the page cache does not fill up, and an interrupted fsync never takes long. */
const SYNC_EVERY = 256 << 20;
/** Bytes of one write at most: systems refuse more than 2 GiB. */
const MOST_AT_ONCE = 1 << 30;

/**
 * Makes a file that is either the old one or the whole new one, whatever happens in between: `make` writes it under a name of
 * its own; then it is synchronised and renamed. Rejects with FILE_NOT_WRITTEN, the signal's reason, and with what `make` says.
 */
export async function makeWholeFile(
  path: string,
  make: (temporary: string) => Promise<void>,
  signal?: AbortSignal | null,
): Promise<void> {
  const temporary = ownedName(path, PARTIAL);
  try {
    await make(temporary);
    signal?.throwIfAborted();
    const file = await open(temporary, "r+");
    await file.sync().finally(() => file.close());
    signal?.throwIfAborted();
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    notWritten(path, error);
  }
}

/** makeWholeFile() of parts. A part may be overwritten once the next is asked for. */
export function writeWholeFile(
  path: string,
  parts: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  { signal, onBytes }: { signal?: AbortSignal | undefined; onBytes?: (bytes: number) => void } = {},
): Promise<void> {
  return makeWholeFile(path, (temporary) => writeParts(temporary, parts, onBytes, signal), signal);
}

async function writeParts(
  path: string,
  parts: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  onBytes: ((bytes: number) => void) | undefined,
  signal: AbortSignal | undefined,
): Promise<void> {
  const file = await open(path, "w");
  try {
    let unsynchronised = 0;
    for await (const bytes of parts) {
      signal?.throwIfAborted();
      for (let at = 0; at < bytes.length; )
        at += (await file.write(bytes, at, Math.min(MOST_AT_ONCE, bytes.length - at))).bytesWritten;
      unsynchronised += bytes.length;
      if (unsynchronised >= SYNC_EVERY) {
        await file.datasync();
        unsynchronised = 0;
      }
      onBytes?.(bytes.length);
    }
  } finally {
    await file.close();
  }
}
