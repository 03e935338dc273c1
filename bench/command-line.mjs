// What the benchmark scripts' command lines share.
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { InvalidArgumentError } from "commander";
import { writeWholeFile } from "../dist/whole-file.js";

const RESULTS = fileURLToPath(new URL("results", import.meta.url));

export function integer(text) {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError("Expected an integer.");
  return Number(text);
}

export function integers(text) {
  return text === "" ? [] : text.split(",").map(integer);
}

/** Writes bench/results/<date>-<name>.json, and a page of the same name where there is one. */
export async function saveResult(name, report, page) {
  await mkdir(RESULTS, { recursive: true });
  const file = join(RESULTS, `${new Date().toISOString().slice(0, 10)}-${name}`);
  await writeReport(`${file}.json`, report);
  if (page !== undefined) await writeWholeFile(`${file}.md`, [Buffer.from(page)]);
}

export async function writeReport(file, report) {
  await writeWholeFile(file, [Buffer.from(`${JSON.stringify(report, null, 2)}\n`)]);
  process.stderr.write(`Wrote ${file}\n`);
}
