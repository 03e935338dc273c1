import { readdir, rm, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { createError } from "./errors.js";
import { isOwned } from "./owned-name.js";
import { PARTIAL } from "./whole-file.js";

/** The folder that pulled models are put into and found in: $FORETOKEN_MODELS, or one where the system keeps users' data. */
export function defaultModelsFolder(env = process.env, platform = process.platform): string {
  if (env.FORETOKEN_MODELS) return env.FORETOKEN_MODELS;
  const home = homedir();
  const data =
    platform === "win32"
      ? env.LOCALAPPDATA || join(home, "AppData", "Local")
      : platform === "darwin"
        ? join(home, "Library", "Application Support")
        : env.XDG_DATA_HOME || join(home, ".local", "share");
  return join(data, "foretoken", "models");
}

const ENDING = ".gguf";
const CONVERTED = ".f16";
export const MAIN = "main";

/** What a model is pulled from. */
export interface ModelSource {
  repository: string;
  /** Branch, tag or commit. */
  revision: string;
  /** A ready GGUF file of the repository; null for what is converted. */
  file: string | null;
}

/** Stands for a slash; git allows it in no branch or tag. */
const SLASH = "~";

/** A model's file in the models folder. A repository's name holds no two dashes, so they separate the parts. */
export function modelFileName({ repository, revision, file }: ModelSource): string {
  const at = revision === MAIN ? "" : `@${revision.replaceAll("/", SLASH)}`;
  const rest = file === null ? CONVERTED + ENDING : `--${file.replaceAll("/", SLASH)}`;
  return repository.replace("/", "--") + at + rest;
}

/** The names that a file of the models folder answers to, the full one first. */
export function modelNames(fileName: string): string[] {
  const stem = fileName.slice(0, -ENDING.length);
  const short = stem.endsWith(CONVERTED) ? stem.slice(0, -CONVERTED.length) : stem;
  const [owner = "", after, ...rest] = stem.replaceAll(SLASH, "/").split("--");
  if (after === undefined) return [...new Set([short, stem])];
  if (rest.length === 0) {
    const name = after.endsWith(CONVERTED) ? after.slice(0, -CONVERTED.length) : after;
    return [`${owner}/${name}`, name];
  }
  const file = rest.join("--");
  return [`${owner}/${after}/${file}${ENDING}`, `${owner}/${after}`, after, file];
}

/** File names of the models in a folder; none where there is no folder. */
export async function listModels(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => []);
  return names.filter((name) => name.endsWith(ENDING) && !name.startsWith(".")).sort();
}

/** The path of the model of that name, or null. Rejects with MODEL_NAME_AMBIGUOUS. */
export async function findModel(name: string, folder: string): Promise<string | null> {
  const found = (await listModels(folder)).filter((file) => modelNames(file).includes(name));
  const exact = found.filter((file) => modelNames(file)[0] === name);
  const [file, another] = exact.length > 0 ? exact : found;
  if (file === undefined) return null;
  if (another !== undefined) {
    const names = found.map((one) => modelNames(one)[0]);
    throw createError(
      "MODEL_NAME_AMBIGUOUS",
      `Expected the name of one model but ${JSON.stringify(name)} could be ${names.join(", ")}`,
    );
  }
  return join(folder, file);
}

/** Removes what processes that were killed had begun to write. */
export async function removeAbandoned(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!name.endsWith(PARTIAL)) continue;
    const path = join(folder, name);
    const changed = (await stat(path).catch(() => null))?.mtimeMs;
    if (changed !== undefined && !isOwned(name, PARTIAL, changed)) await rm(path, { force: true });
  }
}
