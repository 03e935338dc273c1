import { type GgufTensorInfo, native } from "../native.js";
import { writeWholeFile } from "../whole-file.js";
import type { Metadata } from "./plan.js";

/** GGUF's default, which ggml pads every tensor to. */
const ALIGNMENT = 32;

export interface GgufTensor extends GgufTensorInfo {
  /** Its bytes in order. */
  data: () => AsyncIterable<Uint8Array>;
}

/** Writes a GGUF file, whole or not at all, whose tensors are made while they are written. Rejects as `writeWholeFile` does. */
export async function writeGguf(
  path: string,
  metadata: readonly Metadata[],
  tensors: readonly GgufTensor[],
  options: Parameters<typeof writeWholeFile>[2],
): Promise<void> {
  await writeWholeFile(path, parts(metadata, tensors), options);
}

async function* parts(
  metadata: readonly Metadata[],
  tensors: readonly GgufTensor[],
): AsyncGenerator<Uint8Array> {
  yield native.ggufHeader(
    metadata,
    tensors.map(({ name, type, dimensions }) => ({ name, type, dimensions })),
  );
  for (const { data } of tensors) {
    let length = 0;
    for await (const bytes of data()) {
      yield bytes;
      length += bytes.length;
    }
    if (length % ALIGNMENT !== 0) yield new Uint8Array(ALIGNMENT - (length % ALIGNMENT));
  }
}
