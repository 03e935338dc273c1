// What many requests at once get done: all tokens per second with drafts and without, in turn, at several concurrencies. Needs a
// built checkout; leaves bench/results/<date>-concurrency-<name>.json with --save.

import Table from "cli-table3";
import { Command } from "commander";
import { bootstrapInterval } from "../dist/bootstrap.js";
import { loadPair } from "../dist/index.js";
import { describeMachine } from "../dist/machine.js";
import { median } from "../dist/median.js";
import { progressLine } from "../scripts/progress.mjs";
import { integer, integers, saveResult } from "./command-line.mjs";
import { demoPrompts } from "./prompts.mjs";

await new Command("concurrency")
  .option("--target <model>", "path or name", "fable-17m")
  .option("--draft <model>", "path or name", "fable-1m")
  .option("--concurrency <list>", "requests at once", integers, [1, 2, 4, 8, 16, 32])
  .option("--requests <n>", "requests of a run for each that runs at once", integer, 2)
  .option("--max-tokens <n>", "tokens of each request", integer, 96)
  .option("--repeat <n>", "turns", integer, 5)
  .option("--save <name>", "write the measurements to bench/results")
  .action(run)
  .parseAsync();

async function run({ target, draft, concurrency, requests, maxTokens, repeat, save }) {
  const results = [];
  for (const atOnce of concurrency) {
    const progress = progressLine(`${atOnce} at once`);
    const pair = await loadPair({ target, draft, maxSequences: atOnce, contextSize: 256 });
    try {
      const speeds = { drafting: [], plain: [] };
      for (let turn = 0; turn <= repeat; turn++) {
        progress.update(turn === 0 ? "warming up" : `turn ${turn} of ${repeat}`);
        // Whoever is first in one turn is second in the next.
        const order = turn % 2 === 0 ? ["drafting", "plain"] : ["plain", "drafting"];
        for (const kind of order) {
          const options = { maxTokens, concurrency: atOnce, ignoreEnd: true, cachePrompt: false };
          const speed = await speedOf(
            pair,
            atOnce * requests,
            kind === "plain" ? { ...options, draft: false } : options,
          );
          if (turn > 0) speeds[kind].push(speed);
        }
      }
      const ratios = speeds.drafting.map((speed, i) => speed / speeds.plain[i]);
      results.push({
        atOnce,
        plain: median(speeds.plain),
        drafting: median(speeds.drafting),
        speedup: median(ratios),
        interval: bootstrapInterval([ratios], 1),
      });
    } finally {
      progress.clear();
      await pair.close();
    }
  }
  const report = {
    date: new Date().toISOString(),
    target,
    draft,
    maxTokens,
    repeat,
    machine: describeMachine(),
    results,
  };
  process.stdout.write(describe(results));
  if (save !== undefined) await saveResult(`concurrency-${save}`, report);
}

/** Tokens per second of all requests together, prompts included in the time. */
async function speedOf(pair, count, options) {
  const prompts = demoPrompts;
  const all = Array.from({ length: count }, (_, i) => prompts[i % prompts.length].text);
  const began = performance.now();
  let tokens = 0;
  for await (const { completion, error } of pair.completeMany(all, options)) {
    if (error !== undefined) throw error;
    tokens += completion.tokens.length;
  }
  return (tokens * 1000) / (performance.now() - began);
}

function describe(results) {
  const table = new Table({
    head: ["at once", "plain tok/s", "drafting tok/s", "speedup", "95% interval"],
    style: { head: [], border: [], compact: true },
    colAligns: Array(5).fill("right"),
  });
  for (const { atOnce, plain, drafting, speedup, interval } of results)
    table.push([
      atOnce,
      plain.toFixed(0),
      drafting.toFixed(0),
      speedup.toFixed(2),
      interval.map((bound) => bound.toFixed(2)).join("–"),
    ]);
  return `${table}\n`;
}
