// N-gram drafting where it should shine: a target that repeats itself after 200 tokens, prompted with one cycle in which one
// token is changed; plain decoding and n-gram drafts in turn. Needs a built checkout and the cyclic target:
//   node scripts/dialled-pair.mjs --cycle 200 --only target --out <folder>
// Prints the speedup; leaves bench/results/<date>-ngram-cycle.json with --save.
import { readFile } from "node:fs/promises";
import { Command } from "commander";
import { loadPair } from "../dist/index.js";
import { describeMachine } from "../dist/machine.js";
import { median } from "../dist/median.js";
import { integer, saveResult } from "./command-line.mjs";

await new Command("ngram-cycle")
  .requiredOption("--target <file>", "the cyclic target")
  .option("--max-tokens <n>", "tokens of each run", integer, 160)
  .option("--repeat <n>", "runs of each", integer, 3)
  .option("--save", "write the measurements to bench/results")
  .action(run)
  .parseAsync();

async function run({ target, maxTokens, repeat, save }) {
  const { starts, cycle } = JSON.parse(await readFile(target.replace(/\.f16\.gguf$/, ".json"), "utf8"));
  const pair = await loadPair({ target, draft: { type: "ngram" }, contextSize: cycle + maxTokens + 1 });
  try {
    const { tokens } = await pair.complete([starts[0]], { maxTokens: cycle - 1, ignoreEnd: true });
    const prompt = [starts[0], ...tokens.map(({ id }) => id)];
    prompt[cycle >> 1] = prompt[0] === 1 ? 2 : 1;
    const runs = [];
    for (let i = 0; i < repeat; i++) {
      const once = (draft) =>
        pair.complete(prompt, { maxTokens, ignoreEnd: true, cachePrompt: false, draft });
      const baseline = await once(false);
      const drafted = await once(undefined);
      runs.push({
        speedup: baseline.stats.totalMs / drafted.stats.totalMs,
        decodeSpeedup: drafted.stats.tokensPerSecond / baseline.stats.tokensPerSecond,
        identical: baseline.tokens.map(({ id }) => id).join() === drafted.tokens.map(({ id }) => id).join(),
        baseline: baseline.stats,
        drafted: drafted.stats,
      });
    }
    const speedup = median(runs.map((r) => r.speedup));
    const decode = median(runs.map((r) => r.decodeSpeedup));
    const { tokensPerRound, agreement } = runs[0].drafted;
    process.stdout.write(
      `n-gram drafts: ${speedup.toFixed(2)}× with the prefill of ${cycle} tokens, ${decode.toFixed(2)}× without; ` +
        `${tokensPerRound.toFixed(2)} tokens a round, agreement ${agreement.toFixed(3)}, identical: ${runs.every((r) => r.identical)}\n`,
    );
    if (save) {
      await saveResult("ngram-cycle", {
        date: new Date().toISOString(),
        speedup,
        decodeSpeedup: decode,
        runs,
        machine: describeMachine(),
      });
    }
  } finally {
    await pair.close();
  }
}
