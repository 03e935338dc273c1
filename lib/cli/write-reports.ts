import { existsSync } from "node:fs";
import { access, constants } from "node:fs/promises";
import { dirname, extname } from "node:path";
import { FORMATS, renderReport } from "../bench/render/render.js";
import type { Report } from "../bench/report-types.js";
import { createError } from "../errors.js";
import { writeWholeFile } from "../whole-file.js";

/** The files of an `--out`: the one of a known form, or JSON and HTML of this name. Throws OPTION_INVALID for `report.pdf`. */
export function filesOf(out: string): string[] {
  const form = extname(out);
  if (FORMATS.some((format) => format === form)) return [out];
  if (/^\.[a-z]+$/i.test(form))
    throw createError(
      "OPTION_INVALID",
      `Expected a file ending in ${FORMATS.join(", ")}, or a name for two of them, but received ${JSON.stringify(out)}`,
    );
  return [`${out}.json`, `${out}.html`];
}

/** Before hours are spent on what they would hold. Rejects with OPTION_INVALID where their folder takes no files. */
export async function checkFolderOf([file = ""]: readonly string[]): Promise<void> {
  const folder = dirname(file);
  await access(folder, constants.W_OK).catch((error: NodeJS.ErrnoException) => {
    throw createError(
      "OPTION_INVALID",
      `Expected a folder that files can be written to for the report but received ${JSON.stringify(folder)}: ${error.code}`,
    );
  });
}

/** Files to be written: a report of nothing takes no other's place. */
export function worthWriting(files: readonly string[], { cases, concurrency = [] }: Report): string[] {
  if (cases.length + concurrency.length > 0) return [...files];
  const kept = files.filter((file) => existsSync(file));
  for (const file of kept) process.stderr.write(`Kept ${file}: nothing was finished that could replace it\n`);
  return files.filter((file) => !kept.includes(file));
}

/** Writes what is finished so far into the JSON file, where there is one: a run that is killed leaves it. */
export async function keepFinished(files: readonly string[], report: Report): Promise<void> {
  const file = files.find((name) => extname(name) === ".json");
  if (file === undefined) return;
  await writeWholeFile(file, [Buffer.from(await renderReport(report, ".json"))]).catch((error: Error) => {
    // The run goes on: there may be room again at its end.
    process.stderr.write(`Not kept in ${file}: ${error.message}\n`);
  });
}

/** Writes what `render` gives for each file's extension, and says so on stderr. */
export async function writeReports(
  files: readonly string[],
  render: (extension: string) => Promise<string>,
): Promise<void> {
  for (const file of files) {
    await writeWholeFile(file, [Buffer.from(await render(extname(file)))]);
    process.stderr.write(`Wrote ${file}\n`);
  }
}
