// @ts-check
// Which glibc a binary needs. Needs binutils' objdump; leaves nothing.
import { run } from "./run.mjs";

/** @param {string} file @returns {Promise<string | null>} the newest version of a symbol it imports; null for none */
export async function newestGlibc(file) {
  const symbols = await run("objdump", ["-T", file]);
  const versions = [...symbols.matchAll(/\bGLIBC_(\d+(?:\.\d+)+)/g)].map(([, version = ""]) => version);
  return versions.sort(compareVersions).at(-1) ?? null;
}

/** By numbers, not letters: 2.9 is before 2.28. @param {string} a @param {string} b */
export function compareVersions(a, b) {
  return a.localeCompare(b, "en", { numeric: true });
}
