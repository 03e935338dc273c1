// @ts-check
// Compares two reports with `foretoken report`: those named, or the two newest of the same name in bench/results,
// <date>-<name>.json. Other arguments go to the command: npm run bench:compare -- --out changes.html
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const results = join(root, "bench", "results");
const args = process.argv.slice(2);

/** @param {string} file */
function isReport(file) {
  const { version, pairs, cases } = JSON.parse(readFileSync(join(results, file), "utf8"));
  return version === 1 && Array.isArray(pairs) && Array.isArray(cases);
}

/** The two newest reports of one name, the older first; of several such names the one with the newest report. */
function newestTwo() {
  /** @type {Map<string, string[]>} */
  const byName = new Map();
  for (const file of readdirSync(results).sort()) {
    const [, name] = /^\d{4}-\d\d-\d\d[^-]*-(.+)\.json$/.exec(file) ?? [];
    if (name !== undefined && isReport(file)) byName.set(name, [...(byName.get(name) ?? []), file]);
  }
  const pairs = [...byName.values()].filter((files) => files.length > 1).map((files) => files.slice(-2));
  return pairs.sort(([, a = ""], [, b = ""]) => a.localeCompare(b)).at(-1);
}

const named = args.some(
  (arg) => arg.endsWith(".json") && !args[args.indexOf(arg) - 1]?.match(/^(-o|--out)$/),
);
const files = named ? [] : newestTwo()?.map((file) => join(results, file));
if (files === undefined) {
  process.stderr.write(
    "bench/results has no two reports of the same name; name two: npm run bench:compare -- A.json B.json\n",
  );
  process.exitCode = 2;
} else {
  const { status } = spawnSync(
    process.execPath,
    [join(root, "dist", "cli", "main.js"), "report", ...files, ...args],
    {
      stdio: "inherit",
    },
  );
  process.exitCode = status ?? 1;
}
