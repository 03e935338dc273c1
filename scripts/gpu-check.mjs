// @ts-check
// Checks this checkout on another machine, one with a GPU that has neither Node nor network; --help tells more.
//
// Needs: for `pack` git, tar, xz and `npm run setup`; for `run` CMake, a C++20 compiler, and CUDA's toolkit unless --cpu.
// Leaves: what --out names.
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { MIB, pack } from "./gpu-check/pack.mjs";
import { runCheck } from "./gpu-check/run.mjs";
import { STEPS } from "./gpu-check/steps.mjs";
import { progressLine } from "./progress.mjs";
import { CommandError, isMain } from "./run.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const FOLDER = join(root, "build", "gpu-check");

const HELP = `Usage: node scripts/gpu-check.mjs pack [options]      here
       sh gpu-check.sh [options of run]              there, beside the pieces
       node scripts/gpu-check.mjs run [options]      in a checkout that is set up

pack puts sources, llama.cpp's too, npm packages, models and this Node binary into pieces.
  --out <folder>          (default build/gpu-check/pieces)
  --piece-mib <n>         1 … 64, most MiB of a piece (default 64)
  --untracked-only        without what git tracks, which travels in another way: set
                          FORETOKEN_CHECK_FOLDER to the checkout there

run builds for one architecture and writes one JSON, whole after each step: the build, devices, native tests, generation tests,
logits at widths 1 … 32, benchmarks of the embedded pair and of dialled pairs. What the JSON has whole already is not done again.
  --architectures <list>  CMAKE_CUDA_ARCHITECTURES (default 90)
  --out <file>            (default build/gpu-check/result.json)
  --steps <list>          of ${Object.keys(STEPS).join(", ")} (default: all)
  --minutes <n>           end after so many, keeping what is done (default 600)
  --fresh                 do again what is done
  --llama-bench <file>    llama.cpp's own program (default: it is built)
  --cpu                   all of it on the CPU, with the build that there is
  --dry-run               --cpu, with a few small tests and measurements

Examples:
  node scripts/gpu-check.mjs pack --piece-mib 16
  sh gpu-check.sh --architectures 90 --minutes 9 --out result.json
  node scripts/gpu-check.mjs run --dry-run --out dry-run.json

Exit codes: 0 all steps went as hoped, 1 some did not (the JSON says which), 2 wrong usage
`;

const OPTIONS = /** @type {const} */ ({
  out: { type: "string" },
  "piece-mib": { type: "string", default: "64" },
  "untracked-only": { type: "boolean", default: false },
  architectures: { type: "string", default: "90" },
  steps: { type: "string", default: Object.keys(STEPS).join(",") },
  minutes: { type: "string", default: "600" },
  fresh: { type: "boolean", default: false },
  "llama-bench": { type: "string" },
  cpu: { type: "boolean", default: false },
  "dry-run": { type: "boolean", default: false },
  help: { type: "boolean", default: false },
});

class UsageError extends Error {}

/** @param {string} name @param {string} text @param {number} least @param {number} most */
function number(name, text, least, most) {
  const value = Number(text);
  if (text.trim() === "" || !(value >= least && value <= most))
    throw new UsageError(`Expected a number from ${least} to ${most} for --${name} but received "${text}"`);
  return value;
}

/** @param {ReturnType<typeof parse>["values"]} values */
async function packHere(values) {
  const progress = progressLine("packing");
  let done = 0;
  const { pieces, bytes } = await pack(root, {
    out: values.out ?? join(FOLDER, "pieces"),
    pieceBytes: Math.floor(number("piece-mib", values["piece-mib"], 1, 64) * MIB),
    untrackedOnly: values["untracked-only"],
    onBytes: (more) => {
      done += more;
      progress.update(`${(done / MIB).toFixed(0)} MiB`);
    },
  });
  progress.end(`${(bytes / MIB).toFixed(1)} MiB in ${pieces.length} pieces`);
  process.stdout.write(`${pieces.join("\n")}\n`);
}

/** @param {ReturnType<typeof parse>["values"]} values */
async function runThere(values) {
  const steps = values.steps.split(",");
  const unknown = steps.find((step) => !Object.hasOwn(STEPS, step));
  if (unknown !== undefined)
    throw new UsageError(`Expected steps of ${Object.keys(STEPS).join(", ")} but received "${unknown}"`);
  if (!/^[\w;-]+$/.test(values.architectures))
    throw new UsageError(`Expected CUDA architectures such as 90 but received "${values.architectures}"`);
  const dryRun = values["dry-run"];
  const out = values.out ?? join(FOLDER, "result.json");
  const result = await runCheck({
    root,
    out,
    steps,
    settings: { dryRun, cpu: values.cpu || dryRun, architectures: values.architectures },
    minutes: number("minutes", values.minutes, 0, 1e4),
    fresh: values.fresh,
    llamaBench: values["llama-bench"] ?? null,
  });
  process.stdout.write(`${out}\n`);
  if (steps.some((step) => !result.steps[step]?.ok)) process.exitCode = 1;
}

function parse() {
  return parseArgs({ options: OPTIONS, allowPositionals: true });
}

if (isMain(import.meta.url)) {
  try {
    const { values, positionals } = parse();
    const [command, ...more] = positionals;
    if (values.help) process.stdout.write(HELP);
    else if (command === "pack" && more.length === 0) await packHere(values);
    else if (command === "run" && more.length === 0) await runThere(values);
    else
      throw new UsageError(`Expected pack or run but received "${positionals.join(" ")}"; --help tells more`);
  } catch (error) {
    const isUsage =
      error instanceof UsageError ||
      (error instanceof TypeError && "code" in error && String(error.code).startsWith("ERR_PARSE_ARGS"));
    const message = error instanceof Error ? error.message : String(error);
    process.stderr.write(`${error instanceof CommandError ? error.output : message}\n`);
    process.exitCode ||= isUsage ? 2 : 1;
  }
}
