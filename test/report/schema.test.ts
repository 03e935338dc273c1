import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import t from "tap";
import { checkReport } from "../../lib/bench/read-report.js";
import { cli } from "../helpers/cli.js";
import { syntheticConcurrency, syntheticReport } from "../helpers/report.js";

const schema = JSON.parse(readFileSync(new URL("../../bench/report.schema.json", import.meta.url), "utf8"));

t.test("what bench --json prints is of the published form", async (t) => {
  const { code, stdout } = await cli(
    [
      "bench",
      "--quick",
      "--json",
      "--max-tokens",
      "8",
      "--repeat",
      "1",
      "--processes",
      "1",
      "--draft-max-tokens",
      "2",
      "--threads",
      "1",
    ],
    { timeoutMs: 90_000 },
  );
  t.equal(code, 0);
  const report = JSON.parse(stdout);
  const validate = new Ajv2020({ strict: true, allowUnionTypes: true }).compile(schema);
  t.ok(validate(report), JSON.stringify(validate.errors));
  t.match(report, { version: 1, missing: [], cases: [{ label: "fixed 2", rows: { length: 6 } }] });
});

/** What reports of earlier versions lack, or what not every pair has. */
const OPTIONAL = ["published", "remark", "overheads", "concurrency", "processes"];

t.test("the form is closed: every object names all its members and allows no others", async (t) => {
  const visit = (node: unknown): void => {
    if (typeof node !== "object" || node === null) return;
    const { type, properties, required, additionalProperties } = node as Record<string, unknown>;
    if (type === "object") {
      const always = required as string[];
      const names = Object.keys(properties as object).filter(
        (name) => always.includes(name) || !OPTIONAL.includes(name),
      );
      t.strictSame(always, names);
      t.equal(additionalProperties, false);
    }
    for (const child of Object.values(node)) visit(child);
  };
  visit(schema);
});

t.test("a report is read as it is", async (t) => {
  const report = syntheticReport();
  t.equal(checkReport(report, "a.json"), report);
  for (const margin of [0.003, null]) {
    for (const row of report.cases[0]?.rows ?? [])
      Object.assign(row, { identical: false, divergence: { position: 3, margin } });
    t.equal(checkReport(report, "a.json"), report);
  }
  const loaded = syntheticReport([{}], { concurrency: syntheticConcurrency([1, 8]) });
  t.equal(checkReport(loaded, "a.json"), loaded);
});

t.test("what is no report is refused with the place", async (t) => {
  const refused = (value: unknown, message: RegExp) =>
    t.throws(() => checkReport(value, "a.json"), { code: "REPORT_INVALID", message });
  refused(null, /the whole must be object in a\.json/);
  refused({ ...syntheticReport(), version: 2 }, /^Expected version 1 but got 2 in a\.json\./);
  refused({ ...syntheticReport(), more: 1 }, /additional properties \(more\)/);
  // What JSON makes of NaN.
  const report = JSON.parse(JSON.stringify(syntheticReport()));
  report.cases[0].rows[1].speedup = null;
  refused(report, /\/cases\/0\/rows\/1\/speedup must be number/);
  const stray = syntheticReport();
  refused({ ...stray, pairs: [] }, /a pair of the report at \/cases\/0\/pair/);
  const concurrency = syntheticConcurrency([2], { pair: "other + small" });
  refused({ ...stray, concurrency }, /a pair of the report at \/concurrency\/0\/pair/);
});
