import Table from "cli-table3";
import type { Command } from "commander";
import { percent, times, us } from "../bench/format.js";
import { type Profile, profileModels } from "../bench/profile.js";
import { DISTURBED, wasDisturbed } from "../bench/study/disturbed.js";
import { deviceNotes } from "../index.js";
import { describeMachine } from "../machine.js";
import { addDraftModelFlags, type DraftModelFlags, draftModelOptions } from "./draft-flags.js";
import { EXIT } from "./exit.js";
import { given } from "./given.js";
import { integer } from "./numbers.js";
import { print, printJson, printNotes } from "./output.js";
import { addPlacementFlags, type PlacementFlags, targetPlacement } from "./placement-flags.js";
import { statusLine } from "./progress.js";

interface Flags extends DraftModelFlags, PlacementFlags {
  rows: number;
  budget: number;
  prompts: string;
  threads?: number;
  json?: boolean;
}

export function addProfile(program: Command): void {
  const command = program
    .command("profile")
    .description("What passes, sampling and streaming cost here, and which settings follow from it.")
    .argument("<target>", "path of a GGUF file or name of a model")
    .argument("[draft]", "its draft")
    .option("--rows <n>", "largest number of rows of a target pass, 1 to 65", integer, 32)
    .option("--budget <seconds>", "how long passes may be measured", integer, 20)
    .option("--prompts <set>", "texts that tell how often the draft agrees: a set or a file", "stories")
    .option("--threads <n>", "CPU threads (default: all)", integer)
    .option("--json", "print the measurements as JSON");
  addDraftModelFlags(addPlacementFlags(command))
    .addHelpText(
      "after",
      `
Examples:
  foretoken profile fable-17m fable-1m
  foretoken profile llama-3.2-3b.gguf --rows 16 --json

Exit codes: 0 done, 1 failed, 2 wrong usage, 130 interrupted`,
    )
    .action(profile);
}

async function profile(target: string, draft: string | undefined, flags: Flags): Promise<void> {
  printNotes(deviceNotes());
  const interrupt = new AbortController();
  process.once("SIGINT", () => interrupt.abort());
  const status = statusLine();
  try {
    const measured = await profileModels({
      target,
      draft: draft ?? null,
      placement: targetPlacement(flags),
      draftModel: draftModelOptions(flags),
      maxRows: flags.rows,
      budgetMs: flags.budget * 1000,
      prompts: flags.prompts,
      ...given({ threads: flags.threads }),
      signal: interrupt.signal,
      onProgress: status.update,
    });
    status.end();
    await (flags.json
      ? printJson({ target, draft: draft ?? null, ...measured, machine: describeMachine() })
      : print(describe(measured)));
  } catch (error) {
    if (error !== interrupt.signal.reason) throw error;
    process.exitCode = EXIT.interrupted;
  } finally {
    status.end();
  }
}

function describe(profile: Profile): string {
  const { costs, overheads, advice } = profile;
  const line = (label: string, value: string) => `${label.padEnd(28)}${value}`;
  const known = (value: number | null) => (value === null ? "\u2013" : us(value));
  const { median, p99, largest } = overheads.eventLoopDelayMs;
  return [
    line(
      "loading",
      `${(profile.loadMs / 1000).toFixed(2)} s, ${(profile.memoryBytes / 1e6).toFixed(0)} MB resident`,
    ),
    line("a target pass, one row", `${costs.targetStepMs.toFixed(2)} ms`),
    ...(costs.draftStepMs === null
      ? []
      : [line("a draft pass", `${costs.draftStepMs.toFixed(2)} ms, c = ${costs.draftCost?.toFixed(3)}`)]),
    "",
    "What a target pass of n rows costs, relative to one row:",
    verifyTable(costs.verifyCosts),
    ...(wasDisturbed(costs) ? [DISTURBED] : []),
    "",
    line("choosing a token, greedy", known(overheads.greedyUsPerRow)),
    line("at temperature 1", known(overheads.sampledUsPerRow)),
    line("a round, beside the passes", us(overheads.roundUs)),
    line("streaming, JS thread", `${us(overheads.streamUsPerToken)} per token`),
    line(
      "timers were late by",
      `${median.toFixed(1)} ms (99%: ${p99.toFixed(1)}, most: ${largest.toFixed(1)})`,
    ),
    "",
    ...recommendations(profile, advice),
    "",
  ].join("\n");
}

function verifyTable(costs: readonly number[]): string {
  const shown = costs.flatMap((cost, i) =>
    i < 8 || (i + 1) % 4 === 0 || i === costs.length - 1 ? [{ n: i + 1, cost }] : [],
  );
  const table = new Table({ style: { head: [], border: [], compact: true } });
  table.push(["n", ...shown.map(({ n }) => n)], ["v(n)", ...shown.map(({ cost }) => cost.toFixed(2))]);
  return table.toString();
}

function recommendations({ threads }: Profile, advice: Profile["advice"]): string[] {
  const fastest = (ms: (step: Profile["threads"][number]) => number | null) =>
    threads.reduce((best, step) => ((ms(step) ?? Infinity) < (ms(best) ?? Infinity) ? step : best)).threads;
  const lines = [
    `threads: ${fastest((step) => step.targetStepMs)} (of ${threads.map(({ threads: n }) => n).join(", ")})`,
  ];
  if (advice === null) return ["Recommended:", ...lines.map((text) => `  ${text}`)];
  const { agreement, bestFixed, adaptive } = advice;
  lines.push(`draftThreads: ${fastest((step) => step.draftStepMs)}`);
  const formula = `the formula gives ${times(bestFixed.speedup)} at ${percent(agreement)} agreement`;
  lines.push(
    adaptive.speedup < 1
      ? `draft: false. The adaptive policy reached ${times(adaptive.speedup)}, ${formula} at best`
      : `draft.policy: "adaptive", which reached ${times(adaptive.speedup)} with ${adaptive.draftLength.toFixed(1)} drafted tokens a round; of fixed lengths ${bestFixed.maxTokens || "none"}, for which ${formula}`,
  );
  return ["Recommended:", ...lines.map((text) => `  ${text}`)];
}
