import { open, rename, rm } from "node:fs/promises";

/** The whole file or none: written to a temporary name, synchronised, renamed. */
export async function writeAtomically(path: string, text: string | Uint8Array): Promise<void> {
  const temporary = `${path}.${process.pid}.partial`;
  try {
    const file = await open(temporary, "w");
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}
