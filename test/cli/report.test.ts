import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { run } from "../helpers/child.js";
import { cli } from "../helpers/cli.js";
import { syntheticReport } from "../helpers/report.js";

function save(folder: string, name: string, factor = 1): string {
  const file = join(folder, name);
  writeFileSync(file, JSON.stringify(syntheticReport([{ cases: [{ length: 3, factor }] }])));
  return file;
}

t.test("a report is shown again, and written in the form its name asks for", async (t) => {
  const folder = t.testdir();
  const file = save(folder, "a.json");
  for (const [name, content] of [
    ["b.md", /^# A report/],
    ["b.html", /^<!doctype html>/i],
    ["b.csv", /prompt/],
  ] as const) {
    const { code, stdout, stderr } = await cli(["report", file, "--out", join(folder, name)]);
    t.equal(code, 0, stderr);
    t.match(stdout, /big \+ small/);
    t.match(readFileSync(join(folder, name), "utf8"), content);
  }
  t.strictSame(readdirSync(folder), ["a.json", "b.csv", "b.html", "b.md"]);
});

t.test("two are compared", async (t) => {
  const folder = t.testdir();
  const [before, after] = [save(folder, "before.json"), save(folder, "after.json", 1.5)];
  t.match(await cli(["report", before, after]), { code: 0, stdout: /faster/ });
  t.match(await cli(["report", before, before]), { code: 0, stdout: /no difference seen/ });
  t.match(await run("bench/compare.mjs", [before, after]), { code: 0, stdout: /faster/ });
});

t.test("what is no report is refused by name", async (t) => {
  const folder = t.testdir({ "other.json": '{"version":1}', "torn.json": '{"version":' });
  for (const name of ["other.json", "torn.json", "missing.json"]) {
    const { code, stdout, stderr } = await cli(["report", join(folder, name)]);
    t.match({ code, stdout }, { code: 2, stdout: "" });
    t.match(stderr, name);
    t.match(stderr, "REPORT_INVALID");
  }
  t.match(await cli(["report"]), { code: 2 });
});
