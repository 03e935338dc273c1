import { readdir, rm, stat, utimes, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { createError } from "../errors.js";
import { isOwned, ownedFile, ownedName } from "../owned-name.js";

const ENDING = ".batch";
/** Often enough to count as owned, however long a result takes. */
const TOUCH_EVERY_MS = 30_000;

/** Keeps a second process from writing the same output: an empty file beside it, whose name says whose it is. */
export class OutputOwner {
  readonly #name: string;
  readonly #timer: NodeJS.Timeout;

  private constructor(name: string) {
    this.#name = name;
    const touch = () => utimes(name, new Date(), new Date()).catch(() => {});
    this.#timer = setInterval(touch, TOUCH_EVERY_MS).unref();
  }

  /** Rejects with BATCH_INVALID where another process owns it. What a killed one left is cleared away. */
  static async of(path: string): Promise<OutputOwner> {
    const name = ownedName(path, ENDING);
    // First its own, then a look for others: of two that begin at once none overlooks the other.
    await writeFile(name, "");
    const owner = new OutputOwner(name);
    try {
      await refuseBesideOthers(path, basename(name));
    } catch (error) {
      await owner.end();
      throw error;
    }
    return owner;
  }

  async end(): Promise<void> {
    clearInterval(this.#timer);
    await rm(this.#name, { force: true });
  }
}

async function refuseBesideOthers(path: string, own: string): Promise<void> {
  const folder = dirname(path);
  for (const name of await readdir(folder)) {
    if (name === own || ownedFile(name, ENDING) !== basename(path)) continue;
    const file = join(folder, name);
    const { mtimeMs } = await stat(file).catch(() => ({ mtimeMs: 0 }));
    if (isOwned(name, ENDING, mtimeMs)) {
      throw createError("BATCH_INVALID", `Expected to be alone but another process writes ${path}`);
    }
    await rm(file, { force: true });
  }
}
