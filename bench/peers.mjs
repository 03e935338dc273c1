// Our speed beside that of llama.cpp's own tools and of node-llama-cpp: same files, prompts and threads, every system alone, with its
// default draft and with its best one, in turn. Sets the peers up (bench/peers/set-up.mjs) and makes the dialled pairs that are asked
// for. Needs a built checkout; leaves bench/results/<date>-peers-<name>.json and .md with --save, after each pair.
import { availableParallelism } from "node:os";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { Command, Option } from "commander";
import { readDial } from "../dist/bench/dialled.js";
import { bootstrapInterval, meanOfMedians } from "../dist/bootstrap.js";
import { describeMachine } from "../dist/machine.js";
import { mean, median } from "../dist/median.js";
import { progressLine } from "../scripts/progress.mjs";
import { CommandError, Interrupted, run as runCommand } from "../scripts/run.mjs";
import { integer, integers, saveResult } from "./command-line.mjs";
import { peersPage } from "./peers/page.mjs";
import { promptsFor } from "./peers/prompts.mjs";
import { setUpPeers } from "./peers/set-up.mjs";
import { openSystems } from "./peers/systems.mjs";

const DIALLED_PAIR = fileURLToPath(new URL("../scripts/dialled-pair.mjs", import.meta.url));

await new Command("peers")
  .option("--target <model>", "path or name", "fable-17m")
  .option("--draft <model...>", "its drafts: path or name", ["fable-1m"])
  .addOption(
    new Option(
      "--agreement <shares>",
      "instead: Pythia-1.4b-shaped pairs of these agreements, 0.5,0.9, made in build/dialled (3.2 GB and 0.3 for each further one)",
    ).conflicts(["target", "draft"]),
  )
  .option(
    "--lengths <list>",
    "draft lengths among which each system's best is found",
    integers,
    [2, 3, 4, 6, 8],
  )
  .option("--prompts <n>", "how many prompts", integer, 3)
  .option("--max-tokens <n>", "tokens per run", integer, 128)
  .option("--repeat <n>", "runs of each after one that finds the best", integer, 5)
  .option("--threads <n>", "CPU threads", integer, availableParallelism())
  .option("--save [name]", "write the measurements and a page to bench/results, under the date and this name")
  .option("--json", "print the measurements as JSON")
  .addHelpText(
    "after",
    `
Examples:
  npm run bench:peers
  npm run bench:peers -- --agreement 0.5,0.7,0.9,0.95 --lengths 1,2,3,6,8 --prompts 1 --max-tokens 48 --repeat 3`,
  )
  .action((options) => run(options).catch(explain))
  .parseAsync();

function explain(error) {
  if (error instanceof Interrupted) return;
  if (!(error instanceof CommandError)) throw error;
  process.stderr.write(error.output);
  process.exitCode = 1;
}

async function run({ target, draft, agreement, save, json, ...plan }) {
  const peers = await setUpPeers();
  const { target: path, drafts } =
    agreement === undefined ? { target, drafts: draft } : await dialledPairs(agreement);
  const report = {
    date: new Date().toISOString(),
    command: ["node bench/peers.mjs", ...process.argv.slice(2).map((arg) => basename(arg))].join(" "),
    plan,
    versions: peers.versions,
    machine: describeMachine(),
    results: [],
  };
  const name = `peers-${typeof save === "string" ? save : agreement === undefined ? "embedded" : "dialled"}`;
  for (const one of drafts) {
    report.results.push(await measure({ target: path, draft: one, contextSize: 512, ...plan }, peers));
    if (save !== undefined) await saveResult(name, report, peersPage(report));
  }
  process.stdout.write(json ? `${JSON.stringify(report, null, 2)}\n` : peersPage(report));
}

async function dialledPairs(agreement) {
  const progress = progressLine("dialled pairs");
  const onLine = (line) => progress.update(line);
  const stdout = await runCommand(process.execPath, [DIALLED_PAIR, "--agreement", agreement], { onLine });
  progress.clear();
  const [target, ...drafts] = stdout.trim().split("\n");
  return { target, drafts };
}

async function measure(plan, peers) {
  const progress = progressLine(`${basename(plan.target)} + ${basename(plan.draft)}`);
  const dial = await readDial(plan.draft);
  const prompts = await promptsFor(plan);
  const { systems, close } = await openSystems(plan, peers);
  try {
    for (const one of systems) {
      progress.update(`finding the best: ${one.system}, ${one.setting}`);
      one.scan = mean(await inTurn(prompts.slice(0, 1), one.speed));
    }
    const kept = contenders(systems);
    const runs = kept.map(() => prompts.map(() => []));
    for (let repeat = 0; repeat < plan.repeat; repeat++) {
      for (const [p, prompt] of prompts.entries()) {
        // Whoever is first in one turn is second in the next.
        for (const j of kept.keys()) {
          const i = (j + repeat) % kept.length;
          progress.update(
            `${repeat + 1}/${plan.repeat}, prompt ${p + 1}: ${kept[i].system}, ${kept[i].setting}`,
          );
          runs[i][p].push(await kept[i].speed(prompt));
        }
      }
    }
    const rows = kept.map(({ system, setting, best }, i) => ({
      system,
      setting,
      best,
      ...compare(runs[i], runs[0]),
    }));
    return {
      target: basename(plan.target),
      draft: basename(plan.draft),
      agreement: dial?.agreement ?? null,
      rows,
    };
  } finally {
    progress.clear();
    await close();
  }
}

/** Of each system: alone, its default, the best of its fixed lengths by the first look. */
function contenders(systems) {
  return systems.filter((one) => {
    const own = systems.filter((other) => other.system === one.system && other.setting.startsWith("fixed"));
    one.best = own.length > 0 && own.reduce((a, b) => (b.scan > a.scan ? b : a)) === one;
    return one.best || !one.setting.startsWith("fixed");
  });
}

/** Medians over the repetitions, means over the prompts; ratios to our target alone, of neighbours in time. */
function compare(runs, baseline) {
  const ratios = runs.map((own, p) => own.map((speed, i) => speed / baseline[p][i]));
  return {
    tokensPerSecond: meanOfMedians(runs),
    speedup: meanOfMedians(ratios),
    interval: bootstrapInterval(ratios, 1),
    perPrompt: runs.map((own) => median(own)),
    runs,
  };
}

async function inTurn(items, work) {
  const results = [];
  for (const item of items) results.push(await work(item));
  return results;
}
