import { extname } from "node:path";
import type { Report } from "../bench/report-types.js";
import { writeWholeFile } from "../whole-file.js";

/** Writes the report in the form each file's name asks for. */
export async function writeReports(report: Report, files: readonly string[]): Promise<string[]> {
  for (const file of files) await writeWholeFile(file, [Buffer.from(await render(report, extname(file)))]);
  return [...files];
}

async function render(report: Report, extension: string): Promise<string> {
  switch (extension) {
    default:
      return `${JSON.stringify(report, null, 2)}\n`;
  }
}
