import { open, rename, rm } from "node:fs/promises";
import { type GgufTensorInfo, native } from "../native.js";
import { ownedName } from "../owned-name.js";
import type { Metadata } from "./plan.js";

/** What the names of files end in that are being written. */
export const PARTIAL = ".partial";
/** GGUF's default, which ggml pads every tensor to. */
const ALIGNMENT = 32;
/** Synchronised this often: the page cache does not fill up, and an interrupted fsync never takes long. */
const SYNC_EVERY = 256 << 20;

export interface GgufTensor extends GgufTensorInfo {
  /** Its bytes in order. */
  data: () => AsyncIterable<Uint8Array>;
}

/**
 * Writes a GGUF file whose tensors are made while they are written. Whatever happens, `path` is never half a file: it is
 * written under a name of its own, synchronised, renamed. Rejects with the signal's reason, and with what the file system says.
 */
export async function writeGguf(
  path: string,
  metadata: readonly Metadata[],
  tensors: readonly GgufTensor[],
  { signal, onBytes }: { signal?: AbortSignal | undefined; onBytes?: (bytes: number) => void } = {},
): Promise<void> {
  const temporary = ownedName(path, PARTIAL);
  const header = native.ggufHeader(
    metadata,
    tensors.map(({ name, type, dimensions }) => ({ name, type, dimensions })),
  );
  try {
    const file = await open(temporary, "w");
    try {
      let unsynchronised = 0;
      const write = async (bytes: Uint8Array) => {
        signal?.throwIfAborted();
        for (let at = 0; at < bytes.length; )
          at += (await file.write(bytes, at, bytes.length - at)).bytesWritten;
        unsynchronised += bytes.length;
        if (unsynchronised >= SYNC_EVERY) {
          await file.datasync();
          unsynchronised = 0;
        }
        onBytes?.(bytes.length);
      };
      await write(header);
      for (const { data } of tensors) {
        let length = 0;
        for await (const bytes of data()) {
          await write(bytes);
          length += bytes.length;
        }
        if (length % ALIGNMENT !== 0) await write(new Uint8Array(ALIGNMENT - (length % ALIGNMENT)));
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
