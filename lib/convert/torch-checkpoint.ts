import { open } from "node:fs/promises";
import { unsupported } from "./checkpoint-error.js";
import type { StoredTensor } from "./stored-tensor.js";
import { MAGIC, readLegacyTorchFile } from "./torch-legacy.js";
import { readTorchZip } from "./torch-zip.js";

/**
 * The tensors of a file that torch.save wrote: a zip since PyTorch 1.6, pickles and storages one after the other before. Nothing
 * in a pickle is executed. Rejects with CHECKPOINT_INVALID, and with CHECKPOINT_UNSUPPORTED for pickles that name more than
 * tensors need, and for files of other kinds.
 */
export async function readTorchCheckpoint(path: string): Promise<Map<string, StoredTensor>> {
  const file = await open(path);
  try {
    const magic = Buffer.alloc(MAGIC.length);
    await file.read(magic, 0, magic.length, 0);
    if (magic.readUInt32BE() === 0x504b0304) return await readTorchZip(path, file);
    if (magic.equals(MAGIC)) return await readLegacyTorchFile(path, file);
    throw unsupported(path, `it is no file of torch.save; it begins with ${magic.toString("hex", 0, 8)}`);
  } finally {
    await file.close();
  }
}
