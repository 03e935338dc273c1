// What `npm run demo` shows once everything is built; see scripts/demo.mjs.
import { createColors } from "picocolors";
import { percent, times } from "../dist/bench/format.js";
import { benchmarkTable } from "../dist/bench/table.js";
import { benchmark, loadPair } from "../dist/index.js";
import { describeMachine } from "../dist/machine.js";
import { progressLine } from "../scripts/progress.mjs";
import { demoPrompts } from "./prompts.mjs";

const TARGET = "fable-17m";
const DRAFT = "fable-1m";
const DRAFT_LENGTH = 3;
/** The draft length of the report this project reproduces. */
const REPORT_DRAFT_LENGTH = 15;
const MAX_TOKENS = 128;
const COLUMNS = [
  "prompt",
  "baseline",
  "speculative",
  "speedup",
  "agreement",
  "acceptanceRate",
  "tokensPerRound",
  "identical",
];

const tty = process.stdout.isTTY === true && !process.env.NO_COLOR;
const colors = createColors(tty);

/** Returns the exit code: 1 where any run's tokens differ from the baseline's, 130 after Ctrl-C. */
export async function showDemo({ json }) {
  const interrupt = new AbortController();
  process.once("SIGINT", () => interrupt.abort());
  const progress = progressLine("measuring");
  const pair = await loadPair({ target: TARGET, draft: { model: DRAFT, maxTokens: DRAFT_LENGTH } });
  try {
    if (!json) {
      print(
        `${colors.bold("Foretoken")}: ${describe(pair.target)} writes, ${describe(pair.draft)} drafts.\n\n`,
      );
      await streamOne(pair, interrupt.signal);
    }
    const measure = (name, prompts, draft, repeat) =>
      benchmark(pair, {
        prompts,
        draft,
        maxTokens: MAX_TOKENS,
        repeat,
        signal: interrupt.signal,
        onProgress: ({ done, total, prompt }) => progress.update(`${done + 1}/${total}: ${prompt}, ${name}`),
      });
    const fixed = (maxTokens) => ({ policy: "fixed", maxTokens });
    const adaptive = await measure("adaptive", demoPrompts, { policy: "adaptive" }, 7);
    const short = await measure("draft length 3", demoPrompts, fixed(DRAFT_LENGTH), 5);
    const long = await measure("draft length 15", demoPrompts.slice(0, 1), fixed(REPORT_DRAFT_LENGTH), 5);
    const machine = describeMachine();
    progress.clear();
    const reports = { adaptive, short, long };
    print(json ? `${JSON.stringify({ ...reports, machine }, null, 2)}\n` : summary(reports, machine));
    return Object.values(reports).every(({ summary }) => summary.identical) ? 0 : 1;
  } catch (error) {
    progress.clear();
    if (error !== interrupt.signal.reason) throw error;
    return 130;
  } finally {
    await pair.close();
  }
}

async function streamOne(pair, signal) {
  const legend = tty
    ? `${colors.green("green")}: drafted and accepted; the rest is the target's own`
    : "the whole text is the target's own";
  print(`${colors.dim(legend)}\n${colors.bold(demoPrompts[0].text)}`);
  for await (const { tokens } of pair.generate(demoPrompts[0].text, { maxTokens: MAX_TOKENS, signal })) {
    print(tokens.map(({ text, origin }) => (origin === "draft" ? colors.green(text) : text)).join(""));
  }
  print("\n\n");
}

function summary({ adaptive, short, long }, machine) {
  const mean = short.summary;
  const [first] = long.rows;
  const [same] = short.rows;
  const identical = [adaptive, short, long].every(({ summary }) => summary.identical);
  return [
    "Draft as long as the next token pays (the default):",
    benchmarkTable(adaptive, COLUMNS),
    `The same text comes ${times(adaptive.summary.speedup)} as fast (95% interval ${adaptive.summary.interval.map(times).join(" to ")}).`,
    "",
    `Always ${DRAFT_LENGTH} tokens: ${times(mean.speedup)} (${mean.interval.map(times).join(" to ")}). The formula gives ${times(mean.predictedSpeedup)} for each prompt's agreement and what`,
    `passes cost in these runs, c = ${mean.draftCost.toFixed(3)}, v(${DRAFT_LENGTH + 1}) = ${mean.verifyCost.toFixed(2)}: ${percent(mean.speedup / mean.predictedSpeedup)} of it reached.`,
    `Outside the two models' forward passes: ${percent(mean.overhead)} of the time.`,
    "",
    `Always ${REPORT_DRAFT_LENGTH}, the value of the report we reproduce, on "${first.prompt}": ${times(first.speedup)} instead of ${times(same.speedup)}. At ${percent(first.agreement)} agreement`,
    `such a draft is right to its end too rarely to pay for a target pass of ${REPORT_DRAFT_LENGTH + 1} rows (${times(first.verifyCost)} the cost of one)`,
    `and ${REPORT_DRAFT_LENGTH} draft steps; acceptance rate ${percent(first.acceptanceRate)}.`,
    "",
    colors.dim(`${machine.cpu}, ${machine.cores} cores, Node ${machine.node}, llama.cpp ${machine.llamaCpp}`),
    identical
      ? "Every run gave the target's own tokens."
      : colors.red("Some runs differ from the target's own tokens: please report this."),
    "",
  ].join("\n");
}

function describe({ path, parameters }) {
  return `${path.replace(/^.*[/\\]/, "").replace(/\..*$/, "")} (${(parameters / 1e6).toFixed(1)}M parameters)`;
}

function print(text) {
  process.stdout.write(text);
}
