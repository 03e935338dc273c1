import { extname } from "node:path";
import { FORMATS } from "../bench/render/render.js";
import { writeWholeFile } from "../whole-file.js";

/** The files of an `--out`: the one of a known form, or JSON and HTML of this name. */
export function filesOf(out: string): string[] {
  const known = FORMATS.some((format) => format === extname(out));
  return known ? [out] : [`${out}.json`, `${out}.html`];
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
