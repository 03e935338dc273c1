// @ts-check
// Sets everything up and runs every check: what `npm test` and .ci/run run. Arguments go to tap, as file names.
import { readdir, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { CommandError, run } from "./run.mjs";
import { setup } from "./setup.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const files = process.argv.slice(2);

/** @param {string} folder @param {number} [jobs] */
const ctest = (folder, jobs = 1) =>
  run("ctest", ["--test-dir", folder, "--output-on-failure", "--parallel", String(jobs)], {
    cwd: root,
    show: true,
  });

/** The whole results of the test files that have just failed. */
async function failedResults() {
  const folder = join(root, ".tap", "test-results");
  const names = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith(".tap"));
  const results = await Promise.all(names.map((name) => readFile(join(folder, name), "utf8")));
  return results
    .map((result, index) => `${names[index]}\n${result}`)
    .filter((result) => /^\s*not ok/m.test(result));
}

/** On a terminal tap's own display; elsewhere a line per finished file, and last of all whatever failed. */
async function tap() {
  const bin = createRequire(import.meta.url)
    .resolve("tap/package.json")
    .replace("package.json", "dist/esm/run.mjs");
  if (process.stderr.isTTY) {
    await run(process.execPath, [bin, ...files], { cwd: root, show: true });
    return;
  }
  /** @param {string} line */
  const onLine = (line) => /^(ok|not ok|Bail out|# [{])/.test(line) && process.stderr.write(`${line}\n`);
  try {
    await run(process.execPath, [bin, "--reporter=tap", ...files], { cwd: root, onLine });
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    const failed = await failedResults();
    throw new CommandError("tap", error.status, failed.length > 0 ? failed.join("\n") : error.output);
  }
}

/** @type {[string, () => Promise<unknown>][]} */
const steps = [
  ["set-up", setup],
  ["lint", () => run(process.execPath, [join(root, "scripts", "lint.mjs")], { cwd: root, show: true })],
  [
    "core tests under AddressSanitizer and UBSan",
    async () => {
      const { build } = await import("./build.mjs");
      await ctest(await build({ "core-only": true, sanitize: true }), availableParallelism());
    },
  ],
  ["native tests", () => ctest(join(root, "build", "cmake", "Release"))],
  ["tap", tap],
];

const start = Date.now();
for (const [name, step] of files.length > 0
  ? steps.filter(([name]) => name === "set-up" || name === "tap")
  : steps) {
  const began = Date.now();
  process.stderr.write(`\n=== ${name}\n`);
  try {
    await step();
  } catch (error) {
    process.stderr.write(`
=== ${name} failed: ${error instanceof Error ? error.message : error}
`);
    if (error instanceof CommandError) process.stderr.write(error.output);
    process.exit(process.exitCode || 1);
  }
  process.stderr.write(`=== ${name} passed (${Math.round((Date.now() - began) / 1000)} s)\n`);
}
process.stdout.write(`all checks passed in ${Math.round((Date.now() - start) / 1000)} s\n`);
