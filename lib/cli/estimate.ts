import Table from "cli-table3";
import type { Command } from "commander";
import { mib } from "../bench/format.js";
import { deviceNotes, estimateMemory, type MemoryEstimate } from "../index.js";
import { EXIT } from "./exit.js";
import { colorsFor, print, printJson, printNotes } from "./output.js";
import { addContextFlags, addModelFlags, type PairFlags, pairOptions } from "./pair-flags.js";

export function addEstimate(program: Command): void {
  const command = program
    .command("estimate")
    .description("Say how much memory a pair would take, and whether it fits; reads no weights.");
  addModelFlags(command);
  addContextFlags(command);
  command
    .option("--json", "print the estimate as JSON, in bytes")
    .addHelpText(
      "after",
      `
The numbers are llama.cpp's own. Where --context-size is auto the longest context that fits is chosen.

Examples:
  foretoken estimate
  foretoken estimate --target llama-3.2-3b.gguf --draft llama-3.2-1b.gguf --context-size auto --kv-type q8_0
  foretoken estimate --target pythia-1.4b.gguf --no-draft --json

Exit codes: 0 it fits, 1 it does not, 2 wrong usage`,
    )
    .action(estimate);
}

async function estimate(flags: PairFlags & { json?: boolean }): Promise<void> {
  const found = await estimateMemory(pairOptions(flags));
  printNotes(deviceNotes());
  await (flags.json ? printJson(found) : print(describe(found)));
  if (!found.fits) process.exitCode = EXIT.failed;
}

function describe({ contextSize, maxSequences, gpuLayers, devices, bytes, fits }: MemoryEstimate): string {
  const table = new Table({
    head: ["device", "model", "weights", "cache", "passes", "together", "free"],
    style: { head: [], border: [] },
    colAligns: ["left", "left", "right", "right", "right", "right", "right"],
  });
  for (const { name, target, draft, bytes, free } of devices) {
    const uses = draft === null ? [target] : [target, draft];
    const column = (of: (use: typeof target) => number) => uses.map((use) => mib(of(use))).join("\n");
    table.push([
      name,
      draft === null ? "target" : "target\ndraft",
      column(({ weights }) => weights),
      column(({ cache }) => cache),
      column(({ compute }) => compute),
      mib(bytes),
      Number.isFinite(free) ? mib(free) : "unknown",
    ]);
  }
  const sequences = maxSequences === 1 ? "" : `${maxSequences} sequences, each with `;
  const colors = colorsFor(process.stdout);
  const layers =
    gpuLayers.target + gpuLayers.draft === 0
      ? ""
      : `, ${gpuLayers.target} layers of the target and ${gpuLayers.draft} of the draft on GPUs`;
  const verdict = fits ? colors.green("fits") : colors.red("does not fit");
  return `${table}\n${mib(bytes)} for ${sequences}a context of ${contextSize} tokens${layers}: ${verdict}\n`;
}
