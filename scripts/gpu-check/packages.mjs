// @ts-check
// Which npm packages the tests and the build need when they run. Needs package-lock.json and node_modules.
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";

/** Of tap only the library runs there: not its runner, its displays or its compilers. */
const UNNEEDED =
  /^(typescript|@typescript\/.*|@types\/.*|ink|react-dom|react-reconciler|es-toolkit|@tapjs\/(run|reporter|typescript|config))$/;

/** @typedef {{ dependencies?: object, optionalDependencies?: object, peerDependencies?: object }} Locked */

/**
 * Folders of the packages and of all they need, as npm has laid them out.
 * @param {string} root @param {string[]} names @returns {Promise<string[]>}
 */
export async function packageFolders(root, names) {
  /** @type {Record<string, Locked>} */
  const locked = JSON.parse(await readFile(join(root, "package-lock.json"), "utf8")).packages;
  const found = new Set();
  /** @type {[from: string, name: string][]} */
  const wanted = names.map((name) => ["", name]);
  for (let next = wanted.pop(); next !== undefined; next = wanted.pop()) {
    const folder = UNNEEDED.test(next[1]) ? null : resolve(locked, ...next);
    if (folder === null || found.has(folder) || !existsSync(join(root, folder))) continue;
    found.add(folder);
    const { dependencies, optionalDependencies, peerDependencies } = locked[folder] ?? {};
    for (const name of Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies }))
      wanted.push([folder, name]);
  }
  return [...found].sort();
}

/** As Node looks for it: beside the asking package, then further out. @param {Record<string, Locked>} locked @param {string} from @param {string} name */
function resolve(locked, from, name) {
  for (let base = from; ; base = base.slice(0, Math.max(0, base.lastIndexOf("node_modules/") - 1))) {
    const folder = `${base === "" ? "" : `${base}/`}node_modules/${name}`;
    if (folder in locked) return folder;
    if (base === "") return null;
  }
}
