// @ts-check
// Sets everything up and runs every check: what `npm test` and .ci/run run. Arguments are test files, which alone are run then.
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { CommandError, run } from "./run.mjs";
import { runTests, testFiles } from "./run-tests.mjs";
import { setup } from "./setup.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const files = process.argv.slice(2);

/** @param {string} folder @param {number} [jobs] */
const ctest = (folder, jobs = 1) =>
  run("ctest", ["--test-dir", folder, "--output-on-failure", "--parallel", String(jobs)], {
    cwd: root,
    show: true,
  });

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
  ["tests", async () => runTests(files.length > 0 ? files : await testFiles("test"))],
];

const start = Date.now();
for (const [name, step] of files.length > 0
  ? steps.filter(([name]) => name === "set-up" || name === "tests")
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
