#!/usr/bin/env node
import { readFileSync } from "node:fs";
import { Command, CommanderError } from "commander";
import { OptionError } from "../index.js";
import { addBatch } from "./batch.js";
import { addBench } from "./bench.js";
import { addCheck } from "./check.js";
import { addConvert } from "./convert.js";
import { addDevices } from "./devices.js";
import { addEstimate } from "./estimate.js";
import { EXIT } from "./exit.js";
import { addGenerate } from "./generate.js";
import { endOnBrokenOutput } from "./output.js";
import { addPairs } from "./pairs.js";
import { addProfile } from "./profile.js";
import { addPull } from "./pull.js";
import { addReport } from "./report.js";
import { addWorker } from "./worker.js";

const { version, description } = JSON.parse(
  readFileSync(new URL("../../package.json", import.meta.url), "utf8"),
);

endOnBrokenOutput();
const program = new Command("foretoken").description(description).version(version).exitOverride();
program.showHelpAfterError("(--help lists the options)");
program.addHelpText(
  "after",
  `
Examples:
  foretoken generate "Once upon a time"
  foretoken batch prompts.jsonl texts.jsonl
  foretoken check fable-17m fable-1m
  foretoken pull pythia-1.4b
  foretoken pairs
  foretoken convert ./pythia-160m
  foretoken bench --quick
  foretoken report foretoken-bench.json
  foretoken profile fable-17m fable-1m
  foretoken estimate --context-size auto
  foretoken worker --listen 50052

Exit codes: 0 done, 1 failed or incompatible, 2 wrong usage, 130 interrupted`,
);
addGenerate(program);
addBatch(program);
addCheck(program);
addPull(program);
addPairs(program);
addConvert(program);
addBench(program);
addProfile(program);
addReport(program);
addDevices(program);
addEstimate(program);
addWorker(program);

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = report(error);
}

function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
  if (!(error instanceof Error)) throw error;
  const code = "code" in error ? ` [${error.code}]` : "";
  process.stderr.write(`foretoken: ${error.message}${code}\n`);
  return error instanceof OptionError ? EXIT.usage : EXIT.failed;
}
