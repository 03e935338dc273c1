import type { Command } from "commander";
import { type Compatibility, checkPair } from "../index.js";
import { EXIT } from "./exit.js";
import { integer } from "./numbers.js";
import { colorsFor, print, printJson } from "./output.js";

interface Flags {
  json?: boolean;
  limit?: number;
}

export function addCheck(program: Command): void {
  program
    .command("check")
    .description("Say whether a draft model may propose tokens for a target; reads no weights.")
    .argument("<target>", "path of a GGUF file, or name of an embedded or pulled model")
    .argument("<draft>", "path of a GGUF file, or name of an embedded or pulled model")
    .option("--limit <n>", "differing tokens to list at most", integer, 16)
    .option("--json", "print the comparison as JSON")
    .addHelpText(
      "after",
      `
Examples:
  foretoken check fable-17m fable-1m
  foretoken check --json pythia-1.4b.gguf pythia-160m.gguf

Exit codes: 0 the draft is usable, 1 it is not`,
    )
    .action(check);
}

async function check(target: string, draft: string, flags: Flags): Promise<void> {
  const compatibility = await checkPair({
    target,
    draft,
    ...(flags.limit === undefined ? {} : { limit: flags.limit }),
  });
  await (flags.json ? printJson(compatibility) : print(describe(compatibility)));
  if (compatibility.verdict === "incompatible") process.exitCode = EXIT.failed;
}

function describe({ verdict, reasons, comparedTokens, fix }: Compatibility): string {
  const colors = colorsFor(process.stdout);
  const mark = verdict === "incompatible" ? colors.red : colors.green;
  const lines = [
    `${mark(verdict)} (${comparedTokens} tokens compared)`,
    ...reasons.map((reason) => `  ${reason}`),
  ];
  if (fix !== null) lines.push(fix);
  return `${lines.join("\n")}\n`;
}
