import { constants } from "node:fs";
import { copyFile, link, open, realpath, rename, rm, stat } from "node:fs/promises";
import { ownedName } from "../owned-name.js";
import { PARTIAL } from "../whole-file.js";

/** Puts a file of the cache under another name, whole or not at all: a hard link, which costs nothing and outlives the cache, or a copy. */
export async function placeFile(from: string, to: string): Promise<void> {
  const source = await realpath(from);
  const temporary = ownedName(to, PARTIAL);
  try {
    await link(source, temporary).catch(() => copy(source, temporary));
    await rename(temporary, to);
  } finally {
    // Renaming a link onto another of the same file leaves both.
    await rm(temporary, { force: true });
  }
}

/** Whether two paths are one file on the disk. */
export async function isSameFile(a: string, b: string): Promise<boolean> {
  const [one, other] = await Promise.all(
    [a, b].map((path) => stat(path, { bigint: true }).catch(() => null)),
  );
  return one?.ino !== undefined && one.ino === other?.ino && one.dev === other.dev;
}

async function copy(from: string, to: string): Promise<void> {
  await copyFile(from, to, constants.COPYFILE_FICLONE);
  const file = await open(to, "r+");
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
