// @ts-check
// Our target alone beside llama.cpp's llama-bench without our patches, in turn, on the same device and files. llama-bench
// chooses no token from what it computes, ours does.
import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { configuration, LLAMA_BENCH, SOURCE, unpackSource } from "../../bench/peers/llama-cpp.mjs";
import { capture } from "./capture.mjs";
import { makeModels } from "./models.mjs";
import { requireLayers } from "./placement.mjs";
import { allReached, baselineThresholds } from "./thresholds.mjs";

const DECODE_SPEED = fileURLToPath(new URL("decode-speed.mjs", import.meta.url));
const PROGRAM = process.platform === "win32" ? "llama-bench.exe" : "llama-bench";

/**
 * @typedef {import("./steps.mjs").Check} Check
 * @typedef {{ foretoken: number, llamaCpp: number }} Speeds tokens per second
 * @typedef {{ tokens: number, tokensPerSecond: Speeds, ratio: number, runs: { foretoken: number[], llamaCpp: number[] } }} Comparison
 */

/** llama.cpp has no OPT to compare with. @param {Check} check @returns {Promise<import("./steps.mjs").Outcome>} */
export async function baseline(check) {
  const { root, dryRun } = check;
  const program = check.llamaBench ?? (await buildLlamaBench(check));
  const preset = dryRun ? "tiny" : "pythia-1.4b/160m";
  const files = [join(root, "models", "fable-17m.f16.gguf")];
  files.push(...(await makeModels(check, ["--preset", preset, "--only", "target"])));
  const layers = await requireLayers(
    check,
    files.map((file) => [file]),
  );
  const size = dryRun ? { tokens: 8, turns: 1 } : { tokens: 128, turns: 7 };
  const models = await compareBaselines(check, { program, models: files, ...size });
  const thresholds = baselineThresholds(models);
  // A few tokens tell nothing.
  return { ok: dryRun || allReached(thresholds), layers, models, thresholds };
}

/**
 * Its program; a build that the deadline cuts off goes on the next time.
 * @param {Check} check
 * @returns {Promise<string>}
 */
async function buildLlamaBench(check) {
  const source = join(check.root, SOURCE);
  if (!existsSync(join(source, "CMakeLists.txt"))) await unpackSource(source, LLAMA_BENCH);
  const build = join(check.root, "build", "peers", check.cpu ? "bench" : "bench-cuda");
  const definitions = ["-DLLAMA_BUILD_SERVER=OFF", "-DLLAMA_BUILD_EXAMPLES=OFF"];
  if (!check.cpu) definitions.push("-DGGML_CUDA=ON", `-DCMAKE_CUDA_ARCHITECTURES=${check.architectures}`);
  for (const args of [
    configuration(source, build, definitions),
    ["--build", build, "--target", "llama-bench"],
  ]) {
    check.say("building llama.cpp's llama-bench");
    const { code, stdout, stderr } = await capture(check, "cmake", args);
    if (code !== 0)
      throw new Error(`cmake ${args[0]} ended with ${code}:\n${(stdout + stderr).slice(-4000)}`);
  }
  return join(build, "bin", PROGRAM);
}

/**
 * By the model's file name: medians, and that of the turns' ratios.
 * @param {Check} check
 * @param {{ program: string, models: string[], tokens: number, turns: number }} options
 * @returns {Promise<Record<string, Comparison>>}
 */
export async function compareBaselines(check, { program, models, tokens, turns }) {
  const { median } = await import("../../dist/median.js");
  const threads = availableParallelism();
  /** @type {Record<string, Comparison>} */
  const result = {};
  for (const model of models) {
    const systems = {
      foretoken: () =>
        speed(check, process.execPath, [DECODE_SPEED, model, tokens, threads, check.cpu ? 0 : "all"], Number),
      llamaCpp: () =>
        speed(
          check,
          program,
          [
            ...["-m", model, "-p", 0, "-n", tokens, "-t", threads, "-fa", 1, "-ngl", check.cpu ? 0 : 99],
            ...["-r", 1, "-o", "json"],
          ],
          (stdout) => JSON.parse(stdout)[0].avg_ts,
        ),
    };
    /** @type {Comparison["runs"]} */
    const runs = { foretoken: [], llamaCpp: [] };
    for (let turn = 0; turn < turns; turn++) {
      check.say(`${basename(model)}, turn ${turn + 1} of ${turns}`);
      // Whoever is first in one turn is second in the next.
      const order = /** @type {const} */ (["foretoken", "llamaCpp"]);
      for (const system of turn % 2 === 0 ? order : order.toReversed())
        runs[system].push(await systems[system]());
    }
    const tokensPerSecond = { foretoken: median(runs.foretoken), llamaCpp: median(runs.llamaCpp) };
    const ratio = median(runs.foretoken.map((ours, turn) => ours / (runs.llamaCpp[turn] ?? Number.NaN)));
    result[basename(model)] = { tokens, tokensPerSecond, ratio, runs };
  }
  return result;
}

/**
 * @param {Check} check @param {string} command @param {(string | number)[]} args
 * @param {(stdout: string) => number} read
 */
async function speed(check, command, args, read) {
  const { code, stdout, stderr } = await capture(check, command, args.map(String));
  const found = code === 0 ? read(stdout) : Number.NaN;
  if (!(found > 0))
    throw new Error(`${basename(command)} ended with ${code}:\n${(stdout + stderr).slice(-2000)}`);
  return found;
}
