// @ts-check
// The newest of the reports in a folder of results, <date>-<name>.json, and what it can be compared with. Needs nothing.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** @typedef {{ file: string, name: string, date: string, machine: string }} Result */

/**
 * The newest report, and the newest earlier one of its name and machine; null where there is none.
 * @param {string} folder
 * @returns {{ newest: Result | null, earlier: Result | null }}
 */
export function newestResult(folder) {
  const results = readdirSync(folder)
    .flatMap((file) => read(folder, file))
    .sort((a, b) => b.date.localeCompare(a.date));
  const [newest = null, ...older] = results;
  const earlier = older.find(({ name, machine }) => name === newest?.name && machine === newest.machine);
  return { newest, earlier: earlier ?? null };
}

/** Nothing of other files. @param {string} folder @param {string} file @returns {Result[]} */
function read(folder, file) {
  const [, name] = /^\d{4}-\d\d-\d\d[^-]*-(.+)\.json$/.exec(file) ?? [];
  if (name === undefined) return [];
  const { version, pairs, cases, date, machine, threads } = JSON.parse(
    readFileSync(join(folder, file), "utf8"),
  );
  if (version !== 1 || !Array.isArray(pairs) || !Array.isArray(cases)) return [];
  return [{ file: join(folder, file), name, date, machine: `${machine.cpu}, ${threads} threads` }];
}
