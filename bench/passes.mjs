// What a pass over n tokens costs, ours beside llama.cpp's own without our patches (llama-bench), in turn on the same file. Sets the
// peers up (bench/peers/set-up.mjs). Needs a built checkout; leaves bench/results/<date>-passes-<name>.json with --save.
import { execFile } from "node:child_process";
import { availableParallelism } from "node:os";
import { basename, join } from "node:path";
import { promisify } from "node:util";
import Table from "cli-table3";
import { Command } from "commander";
import { bootstrapInterval } from "../dist/bootstrap.js";
import { loadPair } from "../dist/index.js";
import { describeMachine } from "../dist/machine.js";
import { median } from "../dist/median.js";
import { resolveModel } from "../dist/model-files.js";
import { progressLine } from "../scripts/progress.mjs";
import { integer, integers, saveResult } from "./command-line.mjs";
import { setUpPeers } from "./peers/set-up.mjs";

const execute = promisify(execFile);

await new Command("passes")
  .requiredOption("--model <file...>", "paths or names")
  .option("--rows <list>", "tokens of a pass", integers, [1, 2, 4, 8, 16])
  .option("--repeat <n>", "turns", integer, 7)
  .option("--threads <n>", "CPU threads", integer, availableParallelism())
  .option("--save <name>", "write the measurements to bench/results")
  .option("--json", "print them as JSON")
  .action(run)
  .parseAsync();

async function run({ model: models, save, json, ...plan }) {
  const { tools, versions } = await setUpPeers();
  const results = [];
  for (const model of models) results.push(await measure(await resolveModel(model), plan, tools));
  const report = { date: new Date().toISOString(), plan, versions, machine: describeMachine(), results };
  process.stdout.write(json ? `${JSON.stringify(report, null, 2)}\n` : results.map(describe).join("\n"));
  if (save !== undefined) await saveResult(`passes-${save}`, report);
}

async function measure(model, { rows, repeat, threads }, tools) {
  const progress = progressLine(basename(model));
  const pair = await loadPair({ target: model, threads, contextSize: 512, deterministic: true });
  const ours = rows.map(() => []);
  const theirs = rows.map(() => []);
  try {
    for (let turn = 0; turn < repeat; turn++) {
      progress.update(`turn ${turn + 1} of ${repeat}`);
      const { targetStepMs, verifyCosts } = await pair.measure({
        draftMaxTokens: Math.max(...rows) - 1,
        repeats: 1,
      });
      for (const [i, n] of rows.entries()) ours[i].push(targetStepMs * verifyCosts[n - 1]);
      const speeds = await llamaBench(tools, model, rows, threads);
      for (const [i, n] of rows.entries()) theirs[i].push((1000 * n) / speeds[i]);
    }
  } finally {
    progress.clear();
    await pair.close();
  }
  return {
    model: basename(model),
    weightBytes: pair.target.weightBytes,
    rows: rows.map((n, i) => {
      const ratios = ours[i].map((ms, turn) => theirs[i][turn] / ms);
      return {
        n,
        ours: median(ours[i]),
        theirs: median(theirs[i]),
        speedup: median(ratios),
        interval: bootstrapInterval([ratios], 1),
      };
    }),
  };
}

/** Tokens per second of passes of each number of tokens. */
async function llamaBench(tools, model, rows, threads) {
  const flags = ["-m", model, "-p", rows.join(","), "-n", "0", "-t", String(threads), "-fa", "1", "-r", "1"];
  const { stdout } = await execute(join(tools, "llama-bench"), [...flags, "-o", "json"]);
  return JSON.parse(stdout).map(({ avg_ts }) => avg_ts);
}

function describe({ model, weightBytes, rows }) {
  const table = new Table({
    head: ["tokens", "ours, ms", "v(n)", "llama.cpp, ms", "v(n)", "ours is × as fast", "95% interval"],
    style: { head: [], border: [], compact: true },
    colAligns: Array(7).fill("right"),
  });
  const [one] = rows;
  for (const { n, ours, theirs, speedup, interval } of rows)
    table.push([
      n,
      ours.toFixed(2),
      (ours / one.ours).toFixed(2),
      theirs.toFixed(2),
      (theirs / one.theirs).toFixed(2),
      speedup.toFixed(2),
      interval.map((bound) => bound.toFixed(2)).join("–"),
    ]);
  return `${model}, ${(weightBytes / 1e6).toFixed(0)} MB\n${table}\n`;
}
