// @ts-check
// The steps that run this package's tests. Most ask for equal bits, which our kernels for the CPU promise and a device does not: they
// run with GPUs hidden. Those that know what a device may do run on it, and some more of which rounding may decide, unjudged.
import { readdir } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { basename, join } from "node:path";
import { TEST_SETTINGS } from "../run-tests.mjs";
import { capture } from "./capture.mjs";

/**
 * @typedef {import("./steps.mjs").Check} Check
 * @typedef {import("./steps.mjs").Outcome} Outcome
 */

/** CTest programs for any device. */
const NATIVE_ON_DEVICE = ["engine-argmax-test", "engine-device-logits-test", "engine-exact-test"];
/** Of test/generation, beside all of test/gpu: those that compare no text with another's. */
const ON_DEVICE = [
  "abort.test.ts",
  "devices.test.ts",
  "evaluated-tokens.test.ts",
  "exact.test.ts",
  "measure-closed.test.ts",
  "metrics.test.ts",
  "prometheus.test.ts",
  "stats.test.ts",
];
/** Those that compare texts here and there, and beside that ask what matters on a device, too. */
const ROUNDED = [
  "close.test.ts",
  "ends.test.ts",
  "grammar.test.ts",
  "logprobs.test.ts",
  "session.test.ts",
  "stop-strings.test.ts",
];
/** It asks that nothing is to be said of the devices, and of hidden ones something is. */
const NOT_HIDDEN = ["devices.test.ts"];
/** Of a dry run. */
const SMALL_NATIVE = ["engine-thread-probe-test", "engine-memory-estimate-test", "engine-argmax-test"];
const SMALL = ["abort.test.ts", "ends.test.ts", "offload.test.ts"];

/** @param {Check} check @returns {Promise<Outcome>} */
export async function native(check) {
  const hidden = await ctest({ ...check, cpu: true }, check.dryRun ? SMALL_NATIVE : null);
  const onDevice = await ctest(
    check,
    NATIVE_ON_DEVICE.filter((name) => !check.dryRun || SMALL_NATIVE.includes(name)),
  );
  return { ok: hidden.ok && onDevice.ok, hidden, onDevice };
}

/** @param {Check} check @param {string[] | null} names null: all */
async function ctest(check, names) {
  const folder = join(check.root, "build", "cmake", "Release");
  const only = names === null ? [] : ["-R", `^(${names.join("|")})$`];
  const { code, stdout } = await capture(check, "ctest", [
    "--test-dir",
    folder,
    "--output-on-failure",
    ...only,
  ]);
  const tests = [
    ...stdout.matchAll(/^\s*\d+\/\d+ Test\s+#\d+: (\S+) \.+\s*(?:\*\*\*)?(.*?)\s+([\d.]+) sec/gm),
  ];
  return {
    ok: code === 0 && tests.length > 0,
    tests: tests.map(([, name, result, seconds]) => ({ name, result, seconds: Number(seconds) })),
    ...(code !== 0 && { output: stdout.slice(-20_000) }),
  };
}

/** @param {Check} check @returns {Promise<Outcome>} */
export async function generation(check) {
  const own = await inFolder(check, "generation");
  const hidden = await runFiles(
    { ...check, cpu: true },
    own.filter((file) => !NOT_HIDDEN.includes(basename(file))),
  );
  const among = (/** @type {string[]} */ names) => own.filter((file) => names.includes(basename(file)));
  const onDevice = await runFiles(check, [...among(ON_DEVICE), ...(await inFolder(check, "gpu"))]);
  const rounded = await runFiles(check, among(ROUNDED));
  return { ok: hidden.ok && onDevice.ok, hidden, onDevice, rounded };
}

/** Test files of a folder. @param {Check} check @param {string} folder */
async function inFolder({ root, dryRun }, folder) {
  const names = (await readdir(join(root, "test", folder))).filter((name) => name.endsWith(".test.ts"));
  const wanted = dryRun ? names.filter((name) => SMALL.includes(name)) : names;
  return wanted.sort().map((name) => join("test", folder, name));
}

/** Several at a time. @param {Check} check @param {string[]} files */
async function runFiles(check, files) {
  /** @type {{ name: string, code: number | null, passed: number, failed: string[], seconds: number, output?: string }[]} */
  const tests = [];
  const waiting = [...files];
  const worker = async () => {
    for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
      tests.push(await runFile(check, file));
      check.say(`${tests.length} of ${files.length} files${check.cpu ? " without a device" : ""}`);
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, Math.min(4, availableParallelism() >> 2)) }, worker));
  tests.sort((a, b) => a.name.localeCompare(b.name));
  return { ok: tests.length > 0 && tests.every(({ code }) => code === 0), tests };
}

/** @param {Check} check @param {string} file */
async function runFile(check, file) {
  const start = Date.now();
  const args = ["--import=tsx", file];
  const { code, stdout, stderr } = await capture(check, process.execPath, args, TEST_SETTINGS);
  // Subtests alone count: a file's own line repeats them.
  const failed = [...stdout.matchAll(/^not ok \d+ - (.*?)(?: # time.*)?$/gm)].map(([, text = ""]) => text);
  const passed = [...stdout.matchAll(/^ok \d+/gm)].length;
  return {
    ...{ name: basename(file), code, passed, failed, seconds: (Date.now() - start) / 1000 },
    ...(code !== 0 && { output: (stdout + stderr).slice(-4000) }),
  };
}
