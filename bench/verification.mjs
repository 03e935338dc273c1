// Which rule accepts most at temperature 1: tokens accepted in each pass of the target by block verification against
// token-wise rejection and sample-and-match, on the same prompts and seeds. Counts, not times: they do not depend on the
// machine. Needs a built checkout; leaves bench/results/<date>-verification.json with --save.
import { Command } from "commander";
import { bootstrapInterval } from "../dist/bootstrap.js";
import { loadPair } from "../dist/index.js";
import { describeMachine } from "../dist/machine.js";
import { mean } from "../dist/median.js";
import { progressLine } from "../scripts/progress.mjs";
import { integer, saveResult } from "./command-line.mjs";
import { demoPrompts } from "./prompts.mjs";

const UNTRUNCATED = { temperature: 1, topK: 0, topP: 1, minP: 0 };
const RULES = {
  block: { verification: "block", choice: "sampled" },
  rejection: { verification: "rejection", choice: "sampled" },
  "sample-match, sampled drafts": { verification: "sample-match", choice: "sampled" },
  "sample-match, likeliest drafts": { verification: "sample-match", choice: "likeliest" },
};

await new Command("verification")
  .option("--pair <target,draft>", "paths or names", (text) => text.split(","), ["fable-17m", "fable-1m"])
  .option("--lengths <list>", "draft lengths", (text) => text.split(",").map(integer), [2, 4, 8])
  .option("--max-tokens <n>", "tokens of each text", integer, 128)
  .option("--seeds <n>", "texts of each prompt", integer, 12)
  .option("--save", "write the measurements to bench/results")
  .action(run)
  .parseAsync();

async function run({ pair: [target, draft], lengths, maxTokens, seeds, save }) {
  const pair = await loadPair({ target, draft, deterministic: true });
  const progress = progressLine("verification");
  const results = [];
  try {
    for (const length of lengths) {
      const accepted = Object.fromEntries(Object.keys(RULES).map((name) => [name, []]));
      for (const [i, { text }] of demoPrompts.entries()) {
        for (let seed = 1; seed <= seeds; seed++) {
          progress.update(`length ${length}, prompt ${i + 1}/${demoPrompts.length}, seed ${seed}/${seeds}`);
          for (const [name, { verification, choice }] of Object.entries(RULES)) {
            const { stats } = await pair.complete(text, {
              ...UNTRUNCATED,
              maxTokens,
              seed,
              verification,
              ignoreEnd: true,
              cachePrompt: false,
              draft: { policy: "fixed", maxTokens: length, choice },
            });
            accepted[name].push(stats.accepted / stats.rounds);
          }
        }
      }
      results.push({ length, rules: compare(accepted) });
    }
  } finally {
    progress.clear();
    await pair.close();
  }
  process.stdout.write(`${results.map(describe).join("\n")}\n`);
  if (save) {
    await saveResult("verification", {
      date: new Date().toISOString(),
      target,
      draft,
      maxTokens,
      seeds,
      results,
      machine: describeMachine(),
    });
  }
}

function compare(accepted) {
  return Object.entries(accepted).map(([name, values]) => {
    const gains = accepted.block.map((value, i) => value - values[i]);
    return { name, accepted: mean(values), gain: mean(gains), interval: meanInterval(gains), values };
  });
}

/** Of the mean of paired differences. */
function meanInterval(differences) {
  return bootstrapInterval([differences], 1, 1, ([group]) => mean(group));
}

function describe({ length, rules }) {
  return [
    `draft length ${length}: accepted tokens in a target pass, and what block verification gains`,
    ...rules.map(
      ({ name, accepted, gain, interval }) =>
        `  ${name.padEnd(32)} ${accepted.toFixed(3)}   ${gain.toFixed(3)} (95% ${interval.map((v) => v.toFixed(3)).join(" to ")})`,
    ),
  ].join("\n");
}
