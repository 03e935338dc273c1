// @ts-check
// The steps of the check. Each gives what goes into the result under its name; `ok` says whether all went as hoped, which on a
// device that promises no exactness is a finding, not a fault of the check.
import { readdir, readFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { basename, join } from "node:path";
import { buildLlamaBench, compareBaselines } from "./baseline.mjs";
import { capture } from "./capture.mjs";

/**
 * @typedef {{ root: string, dryRun: boolean, architectures: string, cpu: boolean, deadline: number, say: (text: string) => void }} Check
 *   dryRun: small settings; cpu: without CUDA; deadline: milliseconds since 1970, after which children are ended.
 * @typedef {{ ok: boolean, [figure: string]: unknown }} Outcome
 */

const SMALL = [
  "--draft-max-tokens",
  "3",
  "--max-tokens",
  "8",
  "--repeat",
  "1",
  "--threads",
  "1",
  "--processes",
  "1",
];

/** @type {Record<string, (check: Check) => Promise<Outcome>>} */
export const STEPS = { build, devices, native, generation, sweep, exact, embedded, dialled, baseline };
/** Shapes of the report that is reproduced. */
const REPORT = ["pythia-1.4b/160m", "opt-350m/125m"];

/** @param {Check} check */
async function build({ root, cpu, architectures }) {
  const { build: buildAddon } = await import("../build.mjs");
  // Another machine's compiler may warn of more than ours.
  const definitions = cpu ? [] : ["-DFORETOKEN_WERROR=OFF"];
  await buildAddon(cpu ? {} : { cuda: true, architectures }, definitions);
  const modules = (await readdir(join(root, "build", "Release"))).filter((name) => /ggml-/.test(name));
  return { ok: cpu || modules.some((name) => /cuda/.test(name)), modules };
}

/** @param {Check} check */
async function devices(check) {
  // What a module that gives no device says of itself comes on stderr.
  const { code, stdout, stderr } = await command(check, ["devices", "--json"]);
  const found = code === 0 ? JSON.parse(stdout) : [];
  const gpu = found.some((/** @type {{ type: string }} */ { type }) => type === "gpu");
  const version = async (/** @type {string} */ name, /** @type {string[]} */ args) =>
    (await capture(check, name, args)).stdout.trim().split("\n").slice(-2);
  return {
    ok: check.cpu || gpu,
    devices: found,
    notes: stderr.trim().split("\n").filter(Boolean),
    driver: check.cpu
      ? []
      : await version("nvidia-smi", ["--query-gpu=name,driver_version,memory.total", "--format=csv"]),
    compiler: check.cpu ? [] : await version("nvcc", ["--version"]),
  };
}

/** @param {Check} check */
async function native(check) {
  const { root, dryRun } = check;
  const only = dryRun ? ["-R", "^(engine-thread-probe|engine-memory-estimate)"] : [];
  const folder = join(root, "build", "cmake", "Release");
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
    ok: code === 0,
    tests: tests.map(([, name, result, seconds]) => ({ name, result, seconds: Number(seconds) })),
    ...(code !== 0 && { output: stdout.slice(-20_000) }),
  };
}

/** @param {Check} check */
async function generation(check) {
  const { root, dryRun } = check;
  const inside = async (/** @type {string} */ folder) => {
    const names = (await readdir(join(root, "test", folder))).filter((name) => name.endsWith(".test.ts"));
    return names.sort().map((name) => join("test", folder, name));
  };
  const all = [...(await inside("generation")), ...(await inside("gpu"))];
  const files = dryRun ? all.filter((file) => /\b(ends|stop-strings)\.test/.test(file)) : all;
  /** @type {{ name: string, code: number | null, passed: number, failed: string[], seconds: number, output?: string }[]} */
  const tests = [];
  const waiting = [...files];
  const worker = async () => {
    for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
      const start = Date.now();
      const { code, stdout, stderr } = await capture(check, process.execPath, ["--import=tsx", file]);
      // Subtests alone count: a file's own line repeats them.
      const failed = [...stdout.matchAll(/^not ok \d+ - (.*?)(?: # time.*)?$/gm)].map(
        ([, text = ""]) => text,
      );
      const passed = [...stdout.matchAll(/^ok \d+/gm)].length;
      tests.push({
        name: basename(file),
        code,
        passed,
        failed,
        seconds: (Date.now() - start) / 1000,
        ...(code !== 0 && { output: (stdout + stderr).slice(-4000) }),
      });
      check.say(`${tests.length} of ${files.length} files`);
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, Math.min(4, availableParallelism() >> 2)) }, worker));
  tests.sort((a, b) => a.name.localeCompare(b.name));
  return { ok: tests.length > 0 && tests.every(({ code }) => code === 0), tests };
}

/** What the device does by itself. @param {Check} check */
async function sweep(check) {
  return sweepWidths(check, []);
}

/** The same in passes of one shape, and what a generation makes of it. @param {Check} check */
async function exact(check) {
  const widths = await sweepWidths(check, ["exact"]);
  const flags = check.dryRun ? SMALL : ["--preset", "quick"];
  const generation = await report(check, [...flags, "--exact"]);
  return { ...widths, ok: widths.ok && generation.ok, generation };
}

/**
 * Across every boundary of 256 cells that the tests' contexts reach, from eight tokens before it, each width after a rollback: the embedded
 * models, and random ones of the report's shapes, since of a dialled one's logits the last token decides alone.
 * @param {Check} check @param {string[]} mode @returns {Promise<Outcome>}
 */
async function sweepWidths(check, mode) {
  const { root, dryRun } = check;
  const program = join(
    root,
    "build",
    "Release",
    process.platform === "win32" ? "width-report.exe" : "width-report",
  );
  const cells = dryRun ? [100] : [100, ...Array.from({ length: 7 }, (_, i) => 256 * (i + 1) - 8)];
  const embedded = dryRun ? ["fable-1m"] : ["fable-17m", "fable-1m"];
  const files = embedded.map((name) => join(root, "models", `${name}.f16.gguf`));
  for (const preset of dryRun ? ["tiny"] : REPORT)
    files.push(...(await makeModels(check, ["--preset", preset, "--untrained"])));
  /** @type {Record<string, unknown>} */
  const result = {};
  let ok = true;
  for (const file of files) {
    const model = basename(file, ".f16.gguf");
    check.say(model);
    const { code, stdout, stderr } = await capture(check, program, [
      file,
      check.cpu ? "0" : "-1",
      cells.join(","),
      dryRun ? "4" : "32",
      ...mode,
    ]);
    const widths = stdout
      .trim()
      .split("\n")
      .filter(Boolean)
      .map((line) => JSON.parse(line));
    const differs = widths.filter(({ equalRows, rows }) => equalRows < rows);
    const other = widths.filter(({ firstOtherArgmaxRow }) => firstOtherArgmaxRow !== null);
    ok &&= code === 0 && widths.length > 0 && differs.length === 0;
    result[model] = {
      measured: widths.length,
      differing: differs.length,
      firstDivergence: differs[0] ?? null,
      largestDifference: Math.max(0, ...widths.map(({ largestDifference }) => largestDifference)),
      otherArgmax: other.length,
      largestMarginOvercome: Math.max(0, ...other.map(({ marginThere }) => marginThere)),
      passMs: passTimes(widths),
      widths: differs,
      ...(code !== 0 && { code, error: stderr.slice(-2000) }),
    };
  }
  return { ok, cells, models: result };
}

/** Milliseconds of a pass by its width, with the fewest and the most cells. @param {{ cells: number, width: number, milliseconds: number }[]} widths */
function passTimes(widths) {
  const ends = [widths[0], widths.at(-1)].map((one) => one?.cells);
  return Object.fromEntries(
    ends.map((cells) => [
      cells,
      widths.filter((one) => one.cells === cells).map(({ milliseconds }) => milliseconds),
    ]),
  );
}

/** @param {Check} check */
async function embedded(check) {
  return report(check, check.dryRun ? SMALL : ["--preset", "default"]);
}

/** Pairs of the report's shapes, at agreements 0.9 and where the acceptance rate at 15 tokens is 0.9. @param {Check} check */
async function dialled(check) {
  const { dryRun } = check;
  /** @type {string[]} */
  let files = [];
  for (const preset of dryRun ? ["tiny"] : REPORT)
    files = await makeModels(check, ["--preset", preset, "--agreement", dryRun ? "0.9" : "0.9,0.987"]);
  check.say("measuring");
  const [target = "", draft = ""] = files;
  return report(
    check,
    dryRun
      ? ["--target", target, "--draft", draft, ...SMALL]
      : ["--preset", "report", "--dialled", dialledFolder(check), "--max-tokens", "48"],
  );
}

/** llama.cpp has no OPT to compare with. @param {Check} check */
async function baseline(check) {
  const { root, dryRun } = check;
  const program = await buildLlamaBench(check);
  const preset = dryRun ? "tiny" : "pythia-1.4b/160m";
  const models = [join(root, "models", "fable-17m.f16.gguf")];
  models.push(...(await makeModels(check, ["--preset", preset, "--only", "target"])));
  const size = dryRun ? { tokens: 8, turns: 1 } : { tokens: 128, turns: 7 };
  return { ok: true, models: await compareBaselines(check, { program, models, ...size }) };
}

/** @param {Check} check */
function dialledFolder({ root }) {
  return join(root, "build", "dialled");
}

/** Their files; those that are there are kept. @param {Check} check @param {string[]} args */
async function makeModels(check, args) {
  check.say(`making models: ${args.join(" ")}`);
  const script = join(check.root, "scripts", "dialled-pair.mjs");
  const { code, stdout, stderr } = await capture(check, process.execPath, [
    script,
    ...args,
    "--out",
    dialledFolder(check),
  ]);
  if (code !== 0) throw new Error(`making models ended with ${code}:\n${stderr.slice(-2000)}`);
  return stdout.trim().split("\n");
}

/** All of both models on the GPU; the CPU alone where that is asked for. @param {Check} check */
function placement({ cpu }) {
  return cpu ? ["--device", "CPU"] : ["--gpu-layers", "all", "--draft-gpu-layers", "all"];
}

/** A benchmark's report: not ok where a text differs. @param {Check} check @param {string[]} args @returns {Promise<Outcome>} */
async function report(check, args) {
  const { code, stdout, stderr } = await command(check, ["bench", ...args, ...placement(check), "--json"]);
  try {
    return { ok: code === 0, code, report: JSON.parse(stdout) };
  } catch {
    return { ok: false, code, error: stderr.slice(-4000) };
  }
}

/** @param {Check} check @param {string[]} args */
function command(check, args) {
  return capture(check, process.execPath, [join(check.root, "dist", "cli", "main.js"), ...args]);
}

/** Which commit was packed; null in a checkout. @param {string} root @returns {Promise<{ commit: string } | null>} */
export function packed(root) {
  return readFile(join(root, ".node", "packed.json"), "utf8").then(JSON.parse, () => null);
}
