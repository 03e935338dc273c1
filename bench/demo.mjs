// What `npm run demo` shows once everything is built; see scripts/demo.mjs.
import { createColors } from "picocolors";
import { benchmarkTable, percent, times } from "../dist/benchmark-table.js";
import { benchmark, loadPair } from "../dist/index.js";
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
    const measure = (prompts, length, repeat) =>
      benchmark(pair, {
        prompts,
        draftMaxTokens: [length],
        maxTokens: MAX_TOKENS,
        repeat,
        signal: interrupt.signal,
        onProgress: ({ done, total, prompt }) =>
          progress.update(`${done + 1}/${total}: ${prompt}, draft length ${length}`),
      });
    const report = await measure(demoPrompts, DRAFT_LENGTH, 9);
    const longDraft = await measure(demoPrompts.slice(0, 1), REPORT_DRAFT_LENGTH, 5);
    progress.clear();
    print(json ? `${JSON.stringify({ ...report, longDraft }, null, 2)}\n` : summary(report, longDraft));
    return report.identical && longDraft.identical ? 0 : 1;
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

function summary(report, longDraft) {
  const [mean] = report.summaries;
  const [long] = longDraft.rows;
  const [same] = report.rows;
  const { machine } = report;
  const { costs } = report;
  return [
    benchmarkTable(report, COLUMNS),
    "",
    `At draft length ${DRAFT_LENGTH} the same text comes ${times(mean.speedup)} as fast (95% interval ${mean.interval.map(times).join(" to ")}). The formula gives ${times(mean.predictedSpeedup)} for`,
    `each prompt's agreement and what passes cost in these runs, c = ${mean.draftCost.toFixed(3)}, v(${DRAFT_LENGTH + 1}) = ${mean.verifyCost.toFixed(2)}: ${percent(mean.speedup / mean.predictedSpeedup)} of it reached.`,
    `(Repeated by themselves, passes keep their caches: c = ${costs.draftCost.toFixed(3)}, v(${DRAFT_LENGTH + 1}) = ${costs.verifyCosts[DRAFT_LENGTH].toFixed(2)}.)`,
    `Outside the two models' forward passes: ${percent(mean.overhead)} of the time.`,
    "",
    `Draft length ${REPORT_DRAFT_LENGTH}, the value of the report we reproduce, on "${long.prompt}":`,
    benchmarkTable(longDraft, COLUMNS),
    `It is not the default here: at ${percent(long.agreement)} agreement a draft of ${REPORT_DRAFT_LENGTH} is right to its end too rarely to pay for a target pass of ${REPORT_DRAFT_LENGTH + 1}`,
    `rows (${times(long.verifyCost)} the cost of one) and ${REPORT_DRAFT_LENGTH} draft steps: ${times(long.speedup)} instead of ${times(same.speedup)}.`,
    "",
    colors.dim(`${machine.cpu}, ${machine.cores} cores, Node ${machine.node}, llama.cpp ${machine.llamaCpp}`),
    report.identical && longDraft.identical
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
