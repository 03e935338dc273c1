// Compares speculative decoding with the baseline over draft lengths. Needs a built checkout (npm run setup); leaves
// bench/results/<date>-<name>.json with --save, or the file named by --json.
import { Command } from "commander";
import { benchmarkTable, percent, times } from "../dist/benchmark-table.js";
import { benchmark, loadPair } from "../dist/index.js";
import { progressLine } from "../scripts/progress.mjs";
import { integer, integers, saveResult, writeReport } from "./command-line.mjs";
import { demoPrompts } from "./prompts.mjs";

await new Command("bench")
  .option("--pair <target,draft>", "paths or names", (text) => text.split(","), ["fable-17m", "fable-1m"])
  .option("--draft-max-tokens <list>", "draft lengths", integers, [1, 2, 3, 4, 6, 8, 15])
  .option("--max-tokens <n>", "tokens per generation", integer, 128)
  .option("--repeat <n>", "repetitions of each prompt and draft length", integer, 5)
  .option("--seed <n>", "seed of the bootstrap", integer, 1)
  .option("--threads <n>", "CPU threads (default: all)", integer)
  .option("--json <file>", "write the report there")
  .option("--save [name]", "write the report to bench/results, under the date and this name")
  .action(run)
  .parseAsync();

async function run({ pair: [target, draft], threads, json, save, ...options }) {
  const progress = progressLine("measuring");
  const interrupt = new AbortController();
  process.once("SIGINT", () => interrupt.abort());
  const pair = await loadPair({ target, draft, ...(threads && { threads }) });
  try {
    const report = await benchmark(pair, {
      ...options,
      prompts: demoPrompts,
      signal: interrupt.signal,
      onProgress: ({ done, total, prompt, draftMaxTokens }) =>
        progress.update(`${done + 1}/${total}: ${prompt}, draft length ${draftMaxTokens}`),
    });
    progress.clear();
    process.stdout.write(describe(report));
    const dated = { date: new Date().toISOString(), ...report };
    if (json !== undefined) await writeReport(json, dated);
    if (save !== undefined) await saveResult(save === true ? nameOf([target, draft]) : save, dated);
    if (!report.identical) process.exitCode = 1;
  } catch (error) {
    progress.clear();
    if (!interrupt.signal.aborted) throw error;
    process.exitCode = 130;
  } finally {
    await pair.close();
  }
}

function describe(report) {
  const { costs, machine, summaries } = report;
  const best = summaries.reduce((a, b) => (b.speedup > a.speedup ? b : a));
  return [
    benchmarkTable(report),
    `c = ${costs.draftCost.toFixed(3)}, v(n) = ${costs.verifyCosts.map((v) => v.toFixed(2)).join(" ")}, one target pass ${costs.targetStepMs.toFixed(2)} ms`,
    `Best mean: ${times(best.speedup)} at draft length ${best.draftMaxTokens} (predicted ${times(best.predictedSpeedup)}), ${percent(best.overhead)} of the time outside the two models.`,
    `${machine.cpu}, ${machine.cores} cores, Node ${machine.node}, llama.cpp ${machine.llamaCpp}, commit ${machine.commit ?? "unknown"}`,
    "",
  ].join("\n");
}

function nameOf(models) {
  return models.map((model) => model.replace(/^.*[/\\]|\.gguf$/g, "")).join("+");
}
