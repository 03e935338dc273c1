// Our speed beside that of llama.cpp's own tools and of node-llama-cpp: same files, prompts and threads, every system alone, with its
// default draft and with its best one, in turn. Sets the peers up (bench/peers/set-up.mjs). Needs a built checkout; leaves
// bench/results/<date>-peers-<name>.json and .md with --save.
import { availableParallelism } from "node:os";
import { basename } from "node:path";
import { Command } from "commander";
import { readDial } from "../dist/bench/dialled.js";
import { bootstrapInterval, meanOfMedians } from "../dist/bootstrap.js";
import { describeMachine } from "../dist/machine.js";
import { mean, median } from "../dist/median.js";
import { progressLine } from "../scripts/progress.mjs";
import { integer, integers, saveResult } from "./command-line.mjs";
import { peersPage } from "./peers/page.mjs";
import { promptsFor } from "./peers/prompts.mjs";
import { setUpPeers } from "./peers/set-up.mjs";
import { openSystems } from "./peers/systems.mjs";

await new Command("peers")
  .option("--target <model>", "path or name", "fable-17m")
  .option("--draft <model...>", "its drafts: path or name", ["fable-1m"])
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
  .action(run)
  .parseAsync();

async function run({ target, draft: drafts, save, json, ...plan }) {
  const peers = await setUpPeers();
  const results = [];
  for (const draft of drafts)
    results.push(await measure({ target, draft, contextSize: 512, ...plan }, peers));
  const report = {
    date: new Date().toISOString(),
    command: ["node bench/peers.mjs", ...process.argv.slice(2).map((arg) => basename(arg))].join(" "),
    plan,
    versions: peers.versions,
    machine: describeMachine(),
    results,
  };
  process.stdout.write(json ? `${JSON.stringify(report, null, 2)}\n` : peersPage(report));
  if (save !== undefined)
    await saveResult(`peers-${save === true ? "embedded" : save}`, report, peersPage(report));
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
