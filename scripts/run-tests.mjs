// @ts-check
// Runs test files with Node's own runner, each in a process of its own: tap's runner loads its instruments into every process that a test
// starts too, half a second each. Needs a checkout that is built.
import { readdir } from "node:fs/promises";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { CommandError, isMain, run } from "./run.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const REPORTER = new URL("test-reporter.mjs", import.meta.url).href;
/** Milliseconds that a file may take. */
const FILE_TIMEOUT = 900_000;
/** Seconds that one test may take; and compute threads that share a processor wait for each other. */
export const TEST_SETTINGS = { TAP_TIMEOUT: "180", FORETOKEN_THREADS: "1" };

/** In a folder, however deep. @param {string} folder @returns {Promise<string[]>} paths from the checkout's root */
export async function testFiles(folder) {
  const entries = await readdir(join(root, folder), { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && entry.name.endsWith(".test.ts"))
    .map((entry) => relative(root, join(entry.parentPath ?? entry.path, entry.name)))
    .sort();
}

/**
 * Two files at a time: most wait for a process or use one thread. Rejects where a test fails.
 * @param {string[]} files @param {NodeJS.ProcessEnv} [settings]
 */
export async function runTests(files, settings = {}) {
  const env = { ...TEST_SETTINGS, ...process.env, ...settings };
  const flags = ["--import=tsx", "--test", "--test-concurrency=2", `--test-timeout=${FILE_TIMEOUT}`];
  const options = { cwd: root, env, show: true };
  try {
    await run(process.execPath, [...flags, `--test-reporter=${REPORTER}`, ...files], options);
  } catch (error) {
    // Not with the names of all files.
    throw error instanceof CommandError ? new CommandError("node --test", error.status, "") : error;
  }
}

if (isMain(import.meta.url)) {
  await runTests(process.argv.slice(2)).catch(({ message }) => {
    process.stderr.write(`${message}\n`);
    process.exitCode ||= 1;
  });
}
