// What the adaptive draft length loses against the best fixed one, and against no draft, on a dialled pair: every walk is
// decoded with each setting in turn, end to end with its prefill. Needs a built checkout and the pair's files:
//   node scripts/dialled-pair.mjs --preset pythia-1.4b --agreement 0.9 --out <folder>
// Prints a table; leaves bench/results/<date>-policy-<name>.json with --save.
import { readFile } from "node:fs/promises";
import { Command } from "commander";
import { loadPair } from "../dist/index.js";
import { describeMachine } from "../dist/machine.js";
import { median } from "../dist/median.js";
import { progressLine } from "../scripts/progress.mjs";
import { integer, integers, saveResult } from "./command-line.mjs";

const ADAPTIVE = "adaptive";

await new Command("policy")
  .requiredOption("--target <file>", "the dialled target")
  .requiredOption("--draft <file...>", "its drafts, one for each agreement; their .json beside them is read")
  .option("--walks <n>", "how many of the start tokens to walk from", integer, 8)
  .option("--max-tokens <n>", "tokens of each walk", integer, 96)
  .option("--prompt-tokens <n>", "tokens of the prompt, the start token last", integer, 16)
  .option(
    "--lengths <list>",
    "fixed draft lengths to compare with; empty for none",
    integers,
    [1, 2, 3, 4, 6, 8],
  )
  .option("--max-draft-tokens <n>", "most tokens the adaptive policy may draft", integer, 16)
  .option("--temperature <t>", "sample, untruncated: the costs of that", Number, 0)
  .option("--save <name>", "write the measurements to bench/results")
  .option("--json", "print the measurements as JSON")
  .action(run)
  .parseAsync();

async function run({ target, draft: drafts, save, json, ...plan }) {
  const results = [];
  for (const draft of drafts) results.push(await measure(target, draft, plan));
  const report = { date: new Date().toISOString(), plan, results, machine: describeMachine() };
  process.stdout.write(
    json ? `${JSON.stringify(report, null, 2)}\n` : `${results.map(describe).join("\n")}\n`,
  );
  if (save !== undefined) await saveResult(`policy-${save}`, report);
}

async function measure(target, draft, plan) {
  const dialled = JSON.parse(await readFile(draft.replace(/\.f16\.gguf$/, ".json"), "utf8"));
  const progress = progressLine(`agreement ${dialled.agreement}`);
  const settings = [
    ["baseline", false],
    ...plan.lengths.map((length) => [`fixed ${length}`, { policy: "fixed", maxTokens: length }]),
    [ADAPTIVE, { policy: "adaptive", maxTokens: plan.maxDraftTokens }],
  ];
  const contextSize = plan.promptTokens + plan.maxTokens + 1;
  const pair = await loadPair({ target, draft, contextSize });
  try {
    const runs = Object.fromEntries(settings.map(([name]) => [name, []]));
    const starts = dialled.starts.slice(0, plan.walks);
    for (const [i, start] of starts.entries()) {
      const prompt = promptTo(start, plan.promptTokens);
      // Each walk begins with another setting, so that none always runs on a machine that another has warmed.
      for (const [j] of settings.entries()) {
        const [name, draftOptions] = settings[(i + j) % settings.length];
        progress.update(`walk ${i + 1}/${starts.length}, ${name}`);
        const options = {
          maxTokens: plan.maxTokens,
          ignoreEnd: true,
          cachePrompt: false,
          draft: draftOptions,
          ...sampling(plan),
        };
        const { stats, tokens } = await pair.complete(prompt, options);
        runs[name].push({ start, tokens: tokens.map(({ id }) => id), stats });
      }
    }
    progress.clear();
    return summarise(dialled, runs, await pair.costProfile());
  } finally {
    await pair.close();
  }
}

/** Of a dialled target the likeliest token is all but certain, so that walks stay the same. */
function sampling({ temperature }) {
  return temperature > 0 ? { temperature, topK: 0, topP: 1, minP: 0, seed: 1 } : {};
}

/** A dialled model looks at the last token only, so whatever stands before a start leads to the same walk. */
function promptTo(start, length) {
  return [...Array.from({ length: length - 1 }, (_, i) => (i * 7919 + 11) % 997), start];
}

function summarise(dialled, runs, costs) {
  const perSecond = ({ stats }) => (stats.generatedTokens * 1000) / stats.totalMs;
  const baseline = runs.baseline.map(perSecond);
  const rows = Object.entries(runs).map(([setting, list]) => {
    const sum = (pick) => list.reduce((total, { stats }) => total + pick(stats), 0);
    return {
      setting,
      tokensPerSecond: median(list.map(perSecond)),
      speedup: median(list.map((run, i) => perSecond(run) / baseline[i])),
      agreement: sum((s) => s.accepted) / sum((s) => s.accepted + s.corrections),
      tokensPerRound: 1 + sum((s) => s.accepted) / sum((s) => s.rounds),
      proposedPerRound: sum((s) => s.proposed) / sum((s) => s.rounds),
      overhead: sum((s) => s.sampleMs + s.otherMs) / sum((s) => s.totalMs),
      identical: list.every((run, i) => run.tokens.join() === runs.baseline[i].tokens.join()),
      walks: list.map((run) => ({ start: run.start, tokensPerSecond: perSecond(run), stats: run.stats })),
    };
  });
  const others = rows.filter(({ setting }) => setting !== ADAPTIVE);
  const best = others.reduce((a, b) => (b.speedup > a.speedup ? b : a));
  const adaptive = runs[ADAPTIVE].map((run, i) => perSecond(run) / perSecond(runs[best.setting][i]));
  return { dial: dialled.agreement, best: best.setting, shareOfBest: median(adaptive), rows, costs };
}

function describe({ dial, best, shareOfBest, rows, costs }) {
  const ms = (curve) => curve.map(([tokens, cost]) => `${tokens}: ${cost.toFixed(1)}`).join(", ");
  const number = (value, digits) => (Number.isNaN(value) ? "–" : value.toFixed(digits)).padStart(8);
  return [
    `agreement dialled ${dial}: adaptive reaches ${shareOfBest.toFixed(3)} of ${best}`,
    `  ${"setting".padEnd(12)}   tok/s  speedup  agreement  tokens/round  drafted/round  overhead  identical`,
    ...rows.map(
      (row) =>
        `  ${row.setting.padEnd(10)}${number(row.tokensPerSecond, 2)} ${number(row.speedup, 3)}   ${number(row.agreement, 3)}      ${number(row.tokensPerRound, 2)}       ${number(row.proposedPerRound, 2)} ${number(row.overhead * 100, 2)}%  ${row.identical ? "yes" : "NO"}`,
    ),
    `  target ms by rows: ${ms(costs.target)}`,
    `  draft ms by tokens: ${ms(costs.draft)}`,
    "",
  ].join("\n");
}
