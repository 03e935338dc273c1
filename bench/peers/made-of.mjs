// @ts-check
// Folders of build/peers say what they are made of, in a file: peers are made anew where another version is pinned. Needs nothing.
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

const STAMP = ".made-of";

/** Whether whatever lies in the folder is of this version. @param {string} folder @param {string} version */
export async function isMadeOf(folder, version) {
  const made = await readFile(join(folder, STAMP), "utf8").catch(() => "");
  return made.trim() === version;
}

/**
 * A folder for this version: as it was left where it is of this one, so that an interrupted build goes on, else empty.
 * @param {string} folder
 * @param {string} version
 */
export async function startMaking(folder, version) {
  if (await isMadeOf(folder, version)) return;
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, STAMP), `${version}\n`);
}
