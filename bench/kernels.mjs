// The matrix kernel (native/kernels) beside this machine's ceilings: reading memory, and multiply-adds in registers.
// Needs a C++20 compiler and CMake; leaves build/KernelBench, and bench/results/<date>-kernels.json with --save.
import { execFileSync } from "node:child_process";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import Table from "cli-table3";
import { Command } from "commander";
import { describeMachine } from "../dist/machine.js";
import { integer, saveResult } from "./command-line.mjs";

const SOURCE = fileURLToPath(new URL("kernels", import.meta.url));
const BUILD = fileURLToPath(new URL("../build/KernelBench", import.meta.url));

await new Command("kernels")
  .option("--threads <n>", "compute threads", integer, availableParallelism())
  .option("--repeat <n>", "turns of all widths", integer, 7)
  .option("--save", "write the measurements to bench/results")
  .option("--json", "print them as JSON")
  .action(run)
  .parseAsync();

async function run({ threads, repeat, save, json }) {
  const build = (...args) => execFileSync("cmake", args, { stdio: ["ignore", "ignore", "inherit"] });
  build("-S", SOURCE, "-B", BUILD);
  build("--build", BUILD, "--config", "Release");
  process.stderr.write("Measuring, about a minute …\n");
  const measured = JSON.parse(
    execFileSync(`${BUILD}/kernel-bench`, [String(threads), String(repeat)], { encoding: "utf8" }),
  );
  const report = { date: new Date().toISOString(), repeat, ...measured, machine: describeMachine() };
  process.stdout.write(json ? `${JSON.stringify(report, null, 2)}\n` : describe(report));
  if (save) await saveResult("kernels", report);
}

function describe({ instructions, threads, weights, types }) {
  return (
    types.map((type) => describeType(type, weights)).join("\n") + `${instructions}, ${threads} threads\n`
  );
}

function describeType({ type, bytes, readGBs, multiplyGFLOPs, widths }, weights) {
  const table = new Table({
    head: ["columns", "ms", "× one", "GB/s", "of reading", "GFLOP/s", "of multiplying"],
    style: { head: [], border: [], compact: true },
    colAligns: Array(7).fill("right"),
  });
  for (const { columns, ms } of widths) {
    const gbs = bytes / ms / 1e6;
    const gflops = (2 * weights * columns) / ms / 1e6;
    table.push([
      columns,
      ms.toFixed(1),
      (ms / widths[0].ms).toFixed(2),
      gbs.toFixed(1),
      `${((100 * gbs) / readGBs).toFixed(0)}%`,
      gflops.toFixed(1),
      `${((100 * gflops) / multiplyGFLOPs).toFixed(0)}%`,
    ]);
  }
  const ceilings = `reading ${readGBs.toFixed(1)} GB/s, multiplying ${multiplyGFLOPs.toFixed(0)} GFLOP/s`;
  return `${type}, ${(bytes / 1e6).toFixed(0)} MB of weights; ceilings: ${ceilings}\n${table}\n`;
}
