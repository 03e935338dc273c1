// @ts-check
// Compares two reports with `foretoken report`: those named, or the newest in bench/results, <date>-<name>.json, with the newest
// earlier one of the same name and machine. Other arguments go to the command: npm run bench:compare -- --out changes.html
import { spawnSync } from "node:child_process";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { newestResult } from "./newest-result.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const args = process.argv.slice(2);

const named = args.some(
  (arg) => arg.endsWith(".json") && !args[args.indexOf(arg) - 1]?.match(/^(-o|--out)$/),
);
const files = named ? [] : newestTwo();
if (files !== null) {
  const command = [join(root, "dist", "cli", "main.js"), "report", ...files, ...args];
  process.exitCode = spawnSync(process.execPath, command, { stdio: "inherit" }).status ?? 1;
}

/** The earlier first; null, and why on stderr, where there are none. */
function newestTwo() {
  const { newest, earlier } = newestResult(join(root, "bench", "results"));
  if (newest !== null && earlier !== null) return [earlier.file, newest.file];
  const what =
    newest === null
      ? "no report"
      : `nothing earlier than ${basename(newest.file)} of its name on ${newest.machine}`;
  process.stderr.write(`bench/results has ${what}; name two: npm run bench:compare -- A.json B.json\n`);
  process.exitCode = 2;
  return null;
}
