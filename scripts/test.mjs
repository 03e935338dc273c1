// @ts-check
// Sets everything up and runs every check: what `npm test` and .ci/run run. Arguments go to tap, as file names.
import { readFile } from "node:fs/promises";
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

/** The whole results of test files. @param {string[]} names */
async function resultsOf(names) {
  const folder = join(root, ".tap", "test-results");
  const results = names.map((name) =>
    readFile(join(folder, `${name}.tap`), "utf8").catch(() => "no results"),
  );
  return (await Promise.all(results)).map((result, i) => `${names[i]}\n${result}`);
}

/** On a terminal tap's own display; elsewhere a line per finished file, and last of all whatever failed. */
async function tap() {
  // Test files run beside each other, and compute threads that share a processor wait for each other.
  const env = { ...process.env, FORETOKEN_THREADS: process.env.FORETOKEN_THREADS || "1" };
  const bin = createRequire(import.meta.url)
    .resolve("tap/package.json")
    .replace("package.json", "dist/esm/run.mjs");
  if (process.stderr.isTTY) {
    await run(process.execPath, [bin, ...files], { cwd: root, env, show: true });
    return;
  }
  /** @type {string[]} */
  const failed = [];
  /** @param {string} line */
  const onLine = (line) => {
    if (/^(ok|not ok|Bail out|# [{])/.test(line)) process.stderr.write(`${line}\n`);
    const [, name] = /^not ok \d+ - (\S+)/.exec(line) ?? [];
    if (name !== undefined) failed.push(name);
  };
  try {
    await run(process.execPath, [bin, "--reporter=tap", ...files], { cwd: root, env, onLine });
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    const results = failed.length > 0 ? (await resultsOf(failed)).join("\n") : error.output;
    throw new CommandError("tap", error.status, results);
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
