import { open, rename, rm } from "node:fs/promises";

/** Writes a file that is either the old one or the whole new one, whatever happens in between. */
export async function writeAtomically(path, text) {
  const temporary = `${path}.${process.pid}.tmp`;
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
