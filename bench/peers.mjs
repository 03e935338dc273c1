// Our single-token speed beside that of llama.cpp's llama-bench on the same file and settings, interleaved. Needs a built
// checkout with the tools (node scripts/build.mjs --tools); prints the ratio and leaves nothing.
import { execFile } from "node:child_process";
import { readdirSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { Command } from "commander";
import { loadPair } from "../dist/index.js";
import { median } from "../dist/median.js";
import { integer } from "./command-line.mjs";
import { demoPrompts } from "./prompts.mjs";

const BUILD = fileURLToPath(new URL("../build", import.meta.url));

await new Command("peers")
  .option("--target <model>", "path or name", "fable-17m")
  .option("--max-tokens <n>", "tokens per run", integer, 128)
  .option("--repeat <n>", "runs of each", integer, 7)
  .option("--threads <n>", "CPU threads", integer, availableParallelism())
  .option("--llama-bench <file>", "another llama-bench than the one under build/")
  .option("--json", "print the measurements as JSON")
  .action(run)
  .parseAsync();

async function run({ target, maxTokens, repeat, threads, llamaBench = findLlamaBench(), json }) {
  const pair = await loadPair({ target, threads });
  try {
    const ours = async () => {
      const { stats } = await pair.complete(demoPrompts[0].text, { maxTokens, ignoreEnd: true });
      return stats.tokensPerSecond;
    };
    const theirs = () => tokensPerSecond(llamaBench, pair.target.path, maxTokens, threads);
    await ours();
    const runs = [];
    for (let i = 0; i < repeat; i++) {
      // Whichever ran first runs second the next time.
      const first = i % 2 === 0 ? await ours() : await theirs();
      const second = i % 2 === 0 ? await theirs() : await ours();
      runs.push(i % 2 === 0 ? { ours: first, theirs: second } : { ours: second, theirs: first });
    }
    const report = {
      ours: median(runs.map((r) => r.ours)),
      theirs: median(runs.map((r) => r.theirs)),
      ratio: median(runs.map((r) => r.ours / r.theirs)),
      runs,
    };
    process.stdout.write(json ? `${JSON.stringify(report, null, 2)}\n` : describe(report));
  } finally {
    await pair.close();
  }
}

async function tokensPerSecond(llamaBench, model, tokens, threads) {
  const flags = [
    "-m",
    model,
    "-p",
    "0",
    "-n",
    String(tokens),
    "-t",
    String(threads),
    "-fa",
    "1",
    "-r",
    "3",
    "-o",
    "json",
  ];
  const { stdout } = await promisify(execFile)(llamaBench, flags);
  return JSON.parse(stdout)[0].avg_ts;
}

function describe({ ours, theirs, ratio }) {
  return `foretoken ${ours.toFixed(1)} tok/s, llama-bench ${theirs.toFixed(1)} tok/s, ratio ${ratio.toFixed(3)}\n`;
}

function findLlamaBench() {
  const found = readdirSync(BUILD, { recursive: true }).find((path) =>
    /(^|[/\\])llama-bench(\.exe)?$/.test(path),
  );
  if (found === undefined)
    throw new Error("Expected llama-bench under build/. Build it: node scripts/build.mjs --tools");
  return join(BUILD, found);
}
