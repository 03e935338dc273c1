// The CPU module that prebuilt binaries choose on this machine beside the build tuned to it: passes and generation, in turn, each
// build in a process of its own. Needs build/Release and prebuilds/ (node scripts/prebuild.mjs); leaves
// bench/results/<date>-cpu-variants.json with --save.
import { fork } from "node:child_process";
import { once } from "node:events";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import Table from "cli-table3";
import { Command } from "commander";
import { bootstrapInterval } from "../dist/bootstrap.js";
import { describeMachine } from "../dist/machine.js";
import { median } from "../dist/median.js";
import { prebuiltAddon } from "../scripts/prebuild.mjs";
import { progressLine } from "../scripts/progress.mjs";
import { integer, integers, saveResult } from "./command-line.mjs";

const path = (name) => fileURLToPath(new URL(name, import.meta.url));

await new Command("cpu-variants")
  .option("--target <model>", "path or name", "fable-17m")
  .option("--draft <model>", "path or name", "fable-1m")
  .option("--rows <list>", "tokens of a pass", integers, [1, 2, 4, 8, 16])
  .option("--max-tokens <n>", "tokens of a generation", integer, 96)
  .option("--repeat <n>", "turns", integer, 31)
  .option("--threads <n>", "CPU threads", integer, availableParallelism())
  .option("--save", "write the measurements to bench/results")
  .option("--json", "print them as JSON")
  .action(run)
  .parseAsync();

async function run({ save, json, repeat, ...plan }) {
  const builds = { native: path("../build/Release/foretoken.node"), prebuilt: prebuiltAddon() };
  const progress = progressLine("measuring");
  const sides = [];
  for (const addon of Object.values(builds)) sides.push(await start(addon, plan));
  const turns = [];
  try {
    for (let turn = 0; turn < repeat; turn++) {
      progress.update(`turn ${turn + 1} of ${repeat}`);
      const measured = [];
      const order = turn % 2 === 0 ? [0, 1] : [1, 0];
      for (const side of order) measured[side] = await ask(sides[side].child);
      turns.push(measured);
    }
  } finally {
    progress.clear();
    for (const { child } of sides) child.disconnect();
  }
  const results = [
    ...plan.rows.map((n, i) => compare(`pass over ${n}`, turns, ({ passMs }) => passMs[i])),
    compare("generation, per token", turns, ({ msPerToken }) => msPerToken),
  ];
  const modules = { native: sides[0].module, prebuilt: sides[1].module };
  const report = {
    date: new Date().toISOString(),
    plan: { repeat, ...plan },
    modules,
    machine: describeMachine(),
    results,
  };
  process.stdout.write(json ? `${JSON.stringify(report, null, 2)}\n` : describe(report));
  if (save) await saveResult("cpu-variants", report);
}

async function start(addon, plan) {
  const child = fork(path("cpu-variants/measure.mjs"), [JSON.stringify(plan)], {
    env: { ...process.env, FORETOKEN_ADDON: addon },
  });
  const [{ module }] = await once(child, "message");
  return { child, module };
}

async function ask(child) {
  const answer = once(child, "message");
  child.send("measure");
  return (await answer)[0];
}

/** Medians in ms, and of the prebuilt binary's time by the native build's in each turn. */
function compare(what, turns, value) {
  const native = turns.map(([side]) => value(side));
  const prebuilt = turns.map(([, side]) => value(side));
  const ratios = prebuilt.map((ms, turn) => ms / native[turn]);
  return {
    what,
    native: median(native),
    prebuilt: median(prebuilt),
    ratio: median(ratios),
    interval: bootstrapInterval([ratios], 1),
  };
}

function describe({ modules, results }) {
  const table = new Table({
    head: ["", "native, ms", "prebuilt, ms", "prebuilt / native", "95% interval"],
    style: { head: [], border: [], compact: true },
    colAligns: ["left", ...Array(4).fill("right")],
  });
  for (const { what, native, prebuilt, ratio, interval } of results)
    table.push([
      what,
      native.toFixed(3),
      prebuilt.toFixed(3),
      ratio.toFixed(3),
      interval.map((bound) => bound.toFixed(3)).join("–"),
    ]);
  return `${table}\nnative: ${modules.native}, prebuilt: ${modules.prebuilt}\n`;
}
