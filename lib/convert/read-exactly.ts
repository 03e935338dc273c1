import type { FileHandle } from "node:fs/promises";
import { damaged } from "./checkpoint-error.js";

/** `length` bytes of a file from `position` on, in a buffer of their own. Rejects with CHECKPOINT_INVALID where the file ends before. */
export async function readExactly(
  path: string,
  file: FileHandle,
  position: number,
  length: number,
): Promise<Buffer<ArrayBuffer>> {
  const bytes = Buffer.from(new ArrayBuffer(length));
  for (let done = 0; done < length; ) {
    const { bytesRead } = await file.read(bytes, done, length - done, position + done);
    if (bytesRead === 0) throw damaged(path, `${length} bytes at byte ${position}`, `only ${done}`);
    done += bytesRead;
  }
  return bytes;
}
