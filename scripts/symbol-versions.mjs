// @ts-check
// Which glibc and libstdc++ a binary needs. Needs binutils' objdump; leaves nothing.
import { run } from "./run.mjs";

/**
 * @param {string} file
 * @param {"GLIBC" | "GLIBCXX"} library whose symbols: glibc's, or libstdc++'s
 * @returns {Promise<string | null>} the newest version of one that it imports; null for none
 */
export async function newestSymbol(file, library) {
  const symbols = await run("objdump", ["-T", file]);
  const versions = symbols.matchAll(new RegExp(`\\b${library}_(\\d+(?:\\.\\d+)+)`, "g"));
  return (
    [...versions]
      .map(([, version = ""]) => version)
      .sort(compareVersions)
      .at(-1) ?? null
  );
}

/** By numbers, not letters: 2.9 is before 2.28. @param {string} a @param {string} b */
export function compareVersions(a, b) {
  return a.localeCompare(b, "en", { numeric: true });
}
