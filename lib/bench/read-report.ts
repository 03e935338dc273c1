import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { type ErrorObject, Ajv2020 as Validator } from "ajv/dist/2020.js";
import { createError, type OptionError } from "../errors.js";
import { isRecord } from "../is.js";
import { REPORT_VERSION, type Report } from "./report-types.js";

const SCHEMA = JSON.parse(readFileSync(new URL("../../bench/report.schema.json", import.meta.url), "utf8"));

/** Reads a report that `foretoken bench` wrote. Rejects with REPORT_INVALID. */
export async function readReport(file: string): Promise<Report> {
  const text = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    throw invalid(file, `a readable file but got ${error.code ?? error.message}`);
  });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw invalid(file, `JSON but got ${error instanceof Error ? error.message : error}`);
  }
  return checkReport(value, file);
}

/** The value, if it is a report of this version whose cases are of its pairs. Throws REPORT_INVALID. */
export function checkReport(value: unknown, file: string): Report {
  // Before the form: another version has another.
  if (isRecord(value) && "version" in value && value.version !== REPORT_VERSION)
    throw invalid(file, `version ${REPORT_VERSION} but got ${JSON.stringify(value.version)}`);
  const validate = new Validator({ allowUnionTypes: true }).compile<Report>(SCHEMA);
  if (!validate(value)) throw invalid(file, describe(validate.errors?.[0]));
  const known = value.pairs.map(({ id }) => id);
  for (const [kind, cases] of [
    ["cases", value.cases],
    ["concurrency", value.concurrency ?? []],
  ] as const) {
    const stray = cases.findIndex(({ pair }) => !known.includes(pair));
    if (stray >= 0) throw invalid(file, `a pair of the report at /${kind}/${stray}/pair`);
  }
  return value;
}

function describe(error: ErrorObject | undefined): string {
  const { instancePath = "", message = "something else", params = {} } = error ?? {};
  const what = "additionalProperty" in params ? ` (${params.additionalProperty})` : "";
  return `the form of a report but ${instancePath || "the whole"} ${message}${what}`;
}

function invalid(file: string, what: string): OptionError {
  return createError("REPORT_INVALID", `Expected ${what} in ${file}`);
}
