import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { pipeline } from "node:stream/promises";

/** SHA-256 of a file's bytes, in hexadecimal. Rejects with what the file system says, or the signal's reason. */
export async function fileHash(path: string, signal?: AbortSignal | null): Promise<string> {
  const hash = createHash("sha256");
  const source = createReadStream(path, { highWaterMark: 1 << 20 });
  await (signal ? pipeline(source, hash, { signal }) : pipeline(source, hash)).catch((error) => {
    signal?.throwIfAborted();
    throw error;
  });
  return hash.digest("hex");
}
