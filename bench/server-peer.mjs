// Many requests at once beside llama.cpp's server: same files, prompts, threads and slots, greedy, with and without a draft, in turn.
// Builds the server (bench/peers/set-up.mjs). Needs a built checkout; leaves bench/results/<date>-server-<name>.json and .md with --save.
import { availableParallelism } from "node:os";
import { basename } from "node:path";
import { Command } from "commander";
import { bootstrapInterval } from "../dist/bootstrap.js";
import { loadPair } from "../dist/index.js";
import { describeMachine } from "../dist/machine.js";
import { median } from "../dist/median.js";
import { progressLine } from "../scripts/progress.mjs";
import { integer, integers, saveResult } from "./command-line.mjs";
import { promptsFor } from "./peers/prompts.mjs";
import { startServer } from "./peers/server.mjs";
import { serverPage } from "./peers/server-page.mjs";
import { setUpTools } from "./peers/set-up.mjs";

const interrupt = new AbortController();
for (const name of ["SIGINT", "SIGTERM"]) process.on(name, () => interrupt.abort());

await new Command("server-peer")
  .option("--target <model>", "path or name", "fable-17m")
  .option("--draft <model>", "path or name", "fable-1m")
  .option("--concurrency <list>", "requests at once", integers, [1, 2, 4, 8, 16, 32])
  .option("--requests <n>", "requests of a turn for each that runs at once", integer, 2)
  .option("--prompts <n>", "how many prompts", integer, 6)
  .option("--max-tokens <n>", "tokens of each request", integer, 96)
  .option("--context <n>", "tokens that a slot has room for", integer, 256)
  .option("--repeat <n>", "turns after one that warms up", integer, 7)
  .option("--no-server", "only foretoken, with and without its draft")
  .option("--threads <n>", "CPU threads", integer, availableParallelism())
  .option("--save <name>", "write the measurements and a page to bench/results, under the date and this name")
  .option("--json", "print the measurements as JSON")
  .action((options) => run(options).catch(unlessInterrupted))
  .parseAsync();

function unlessInterrupted(error) {
  if (!interrupt.signal.aborted) throw error;
  process.exitCode = 130;
}

async function run({ target, draft, concurrency, save, json, ...plan }) {
  const { tools, release } = plan.server ? await setUpTools() : { release: null };
  const results = [];
  for (const atOnce of concurrency) results.push(await measure({ target, draft, atOnce, ...plan }, tools));
  const report = {
    date: new Date().toISOString(),
    command: ["node bench/server-peer.mjs", ...process.argv.slice(2).map((arg) => basename(arg))].join(" "),
    ...{ target: basename(target), draft: basename(draft), plan },
    versions: { "llama.cpp": release },
    machine: describeMachine(),
    results,
  };
  process.stdout.write(json ? `${JSON.stringify(report, null, 2)}\n` : serverPage(report));
  if (save !== undefined) await saveResult(`server-${save}`, report, serverPage(report));
}

async function measure({ atOnce, ...plan }, tools) {
  const progress = progressLine(`${atOnce} at once`);
  const texts = await promptsFor(plan);
  const prompts = Array.from({ length: atOnce * plan.requests }, (_, i) => texts[i % texts.length]);
  progress.update("loading");
  const { systems, close } = await openSystems({ atOnce, ...plan }, tools);
  try {
    const speeds = systems.map(() => []);
    for (let turn = 0; turn <= plan.repeat; turn++) {
      for (const i of orderOf(systems.length, turn)) {
        progress.update(`turn ${turn} of ${plan.repeat}: ${systems[i].name}`);
        await systems[i].connect?.();
        const speed = await speedOf(systems[i].completeAll, prompts);
        if (turn > 0) speeds[i].push(speed);
      }
    }
    return {
      atOnce,
      requests: prompts.length,
      systems: systems.map(({ name }, i) => compare(name, speeds, i)),
    };
  } finally {
    progress.clear();
    await close();
  }
}

/** Each is first as often as the others, and follows now its neighbour on one side, now that on the other. */
function orderOf(systems, turn) {
  const order = Array.from({ length: systems }, (_, i) => (i + Math.floor(turn / 2)) % systems);
  return turn % 2 === 0 ? order : order.reverse();
}

/** Ours with its draft, which the others are compared with, ours without, the server without and with its own. */
async function openSystems(
  { target, draft, atOnce, maxTokens, threads, context: contextSize, server },
  tools,
) {
  const { signal } = interrupt;
  const open = [];
  const close = async () => {
    for (const one of open.reverse()) await one.close();
  };
  try {
    const pair = await loadPair({ target, draft, threads, contextSize, maxSequences: atOnce, signal });
    open.push(pair);
    const common = { target: pair.target.path, atOnce, contextSize, threads, signal };
    const ours = (options) => (prompts) =>
      countTokens(pair, prompts, { ...options, maxTokens, signal }, atOnce);
    const serving = async (name, draftPath) => {
      const started = await startServer(tools, { ...common, draft: draftPath });
      open.push(started);
      const completeAll = (prompts) =>
        atMost(atOnce, prompts, (slot, prompt) => started.complete(slot, prompt, maxTokens));
      return { name, completeAll, connect: started.connect };
    };
    const systems = [
      { name: "foretoken", completeAll: ours({}) },
      { name: "foretoken, no draft", completeAll: ours({ draft: false }) },
    ];
    if (server) {
      systems.push(await serving("llama-server", null));
      systems.push(await serving("llama-server, draft", pair.draft.path));
    }
    return { systems, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function countTokens(pair, prompts, options, concurrency) {
  let tokens = 0;
  const all = pair.completeMany(prompts, { ...options, concurrency, ignoreEnd: true, cachePrompt: false });
  for await (const { completion, error } of all) {
    if (error !== null) throw error;
    tokens += completion.tokens.length;
  }
  return tokens;
}

async function atMost(concurrency, prompts, complete) {
  let tokens = 0;
  let next = 0;
  const client = async (_, slot) => {
    while (next < prompts.length) {
      const more = await complete(slot, prompts[next++]);
      tokens += more; // not before: others add meanwhile
    }
  };
  await Promise.all(Array.from({ length: concurrency }, client));
  return tokens;
}

/** Tokens per second of all requests together, prompts included in the time. */
async function speedOf(completeAll, prompts) {
  const began = performance.now();
  const tokens = await completeAll(prompts);
  return (tokens * 1000) / (performance.now() - began);
}

/** Its speed, and ours with the draft relative to it, in the same turns. */
function compare(name, speeds, i) {
  const ratios = speeds[0].map((speed, turn) => speed / speeds[i][turn]);
  return {
    name,
    tokensPerSecond: median(speeds[i]),
    speeds: speeds[i],
    ratio: median(ratios),
    interval: bootstrapInterval([ratios], 1),
  };
}
