import { type Command, Option } from "commander";
import { recordedCommand } from "../bench/command-line.js";
import { makePlan, type PlanOptions, PRESETS } from "../bench/plan.js";
import { PROMPT_SETS } from "../bench/prompt-sets.js";
import { renderReport } from "../bench/render/render.js";
import type { Report } from "../bench/report-types.js";
import { runPlan } from "../bench/run-plan.js";
import { parseSweep, type Sweep } from "../bench/sweep.js";
import { DRAFT_POLICIES } from "../draft-options.js";
import { type DraftPolicy, deviceNotes, type GenerationDraftOptions } from "../index.js";
import { describeReport } from "./describe-report.js";
import { addDraftModelFlags, type DraftModelFlags, draftModelOptions } from "./draft-flags.js";
import { EXIT } from "./exit.js";
import { given } from "./given.js";
import { integer, integers, numbers } from "./numbers.js";
import { print, printJson, printNotes } from "./output.js";
import { addPlacementFlags, type PlacementFlags, targetPlacement } from "./placement-flags.js";
import { statusLine } from "./progress.js";
import { checkFolderOf, filesOf, keepFinished, worthWriting, writeReports } from "./write-reports.js";

interface Flags extends DraftModelFlags, PlacementFlags {
  preset: string;
  quick?: boolean;
  target?: string;
  draft?: string[];
  draftPolicy?: DraftPolicy;
  draftMaxTokens?: number[];
  sweep?: Sweep;
  temperature?: number[];
  concurrency?: number[];
  requests?: number;
  verification?: PlanOptions["verification"];
  prompts?: string;
  maxTokens?: number;
  repeat?: number;
  processes?: number;
  seed?: number;
  threads?: number;
  exact?: boolean;
  dialled?: string;
  out?: string;
  json?: boolean;
}

export function addBench(program: Command): void {
  const command = program
    .command("bench")
    .description("Compare decoding with a draft and without, and write a report.")
    .option("--preset <name>", `what to measure: ${PRESETS.join(", ")}`, "default")
    .addOption(new Option("--quick", "the same as --preset quick: less than a minute").conflicts("preset"))
    .option("--target <model>", "another target: path or name")
    .option("--draft <model...>", "its drafts; several are ranked")
    .option("--draft-policy <policy>", `${DRAFT_POLICIES.join(", ")} instead of the preset's settings`)
    .option("--draft-max-tokens <list>", "draft lengths, each a case of its own: 3,15", integers)
    .option("--sweep <parameter>", "draft.maxTokens=1..20 or temperature=0,0.5,1", parseSweep)
    .option("--temperature <list>", "temperatures, each a case of its own", numbers)
    .option(
      "--concurrency <list>",
      "requests at once, each number a case of its own in place of one prompt after another: 1,2,4,8",
      integers,
    )
    .option("--requests <n>", "with it: requests of a run for each that runs at once (default: 2)", integer)
    .option("--verification <rule>", "how drafts are checked above temperature 0 (default: block)")
    .option("--prompts <set>", `${PROMPT_SETS.join(", ")}, or a JSON or JSONL file`)
    .option("--max-tokens <n>", "tokens of each generation", integer)
    .option("--processes <n>", "processes of each case, one after another", integer)
    .option("--repeat <n>", "repetitions of each prompt in each process", integer)
    .option("--seed <n>", "seed of the bootstrap and of sampling (default: 1)", integer)
    .option("--threads <n>", "CPU threads (default: all)", integer)
    .option("--exact", "load pairs with exact: the target's own greedy text on any device, or an error")
    .option("--dialled <folder>", "pairs of scripts/dialled-pair.mjs that stand in for what is not on disk")
    .option(
      "-o, --out <name>",
      "write <name>.json and <name>.html, or the one file of this name: .json, .html, .md, .csv",
    )
    .option("--json", "print the report as JSON instead of tables");
  addDraftModelFlags(addPlacementFlags(command))
    .addHelpText(
      "after",
      `
Without --out and --json the report is written to foretoken-bench.json and foretoken-bench.html.

Examples:
  foretoken bench --quick
  foretoken bench --target llama-3.2-3b.gguf --draft llama-3.2-1b.gguf --sweep draft.maxTokens=1..12
  foretoken bench --target fable-17m --draft fable-5m fable-1m --prompts domains
  foretoken bench --target llama-3.2-3b.gguf --draft llama-3.2-1b.gguf --concurrency 1,4,16 --draft-policy adaptive
  foretoken bench --preset report --dialled build/dialled --out report
  foretoken bench --quick --json > today.json

Exit codes: 0 done, 1 a case failed or gave other text than the target's own, 2 wrong usage, 130 interrupted: what was
finished is written`,
    )
    .action(bench);
}

async function bench(flags: Flags, command: Command): Promise<void> {
  const plan = await makePlan({
    ...flags,
    preset: flags.quick ? "quick" : flags.preset,
    drafts: flags.draft,
    settings: settings(flags),
    temperatures: flags.temperature,
    placement: targetPlacement(flags),
    draftModel: draftModelOptions(flags),
  });
  const out = flags.out ?? (flags.json ? undefined : "foretoken-bench");
  const files = out === undefined ? [] : filesOf(out);
  if (out !== undefined) await checkFolderOf(files);
  printNotes(deviceNotes());
  const interrupt = new AbortController();
  // `timeout` sends its signal twice, and who is impatient does; what is finished must not be lost.
  for (const name of ["SIGINT", "SIGTERM"] as const) process.on(name, () => interrupt.abort());
  const status = statusLine();
  const report = await runPlan(plan, {
    command: recordedCommand(command.parent?.args ?? []),
    signal: interrupt.signal,
    onProgress: status.update,
    onCase: (soFar) => keepFinished(files, soFar),
  });
  status.end();
  await writeReports(worthWriting(files, report), (form) => renderReport(report, form));
  await (flags.json ? printJson(report) : print(describeReport(report)));
  process.exitCode = interrupt.signal.aborted ? EXIT.interrupted : isFine(report) ? EXIT.done : EXIT.failed;
}

function settings({ draftPolicy, draftMaxTokens }: Flags): GenerationDraftOptions[] | undefined {
  if (draftPolicy === undefined && draftMaxTokens === undefined) return undefined;
  const policy = draftPolicy ?? "fixed";
  return (draftMaxTokens ?? [undefined]).map((maxTokens) => ({ policy, ...given({ maxTokens }) }));
}

function isFine({ cases, concurrency = [], missing }: Report): boolean {
  const identical = [
    ...cases.map(({ summary }) => summary.identical),
    ...concurrency.map((one) => one.identical),
  ];
  return missing.length === 0 && !identical.includes(false);
}
