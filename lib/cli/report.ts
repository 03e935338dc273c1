import type { Command } from "commander";
import { readReport } from "../bench/read-report.js";
import { describeComparison } from "../bench/render/comparison-text.js";
import { renderComparison, renderReport } from "../bench/render/render.js";
import type { Report } from "../bench/report-types.js";
import { compareReports } from "../bench/study/compare.js";
import { describeReport } from "./describe-report.js";
import { print, printJson } from "./output.js";
import { filesOf, writeReports } from "./write-reports.js";

interface Flags {
  out?: string;
  json?: boolean;
}

export function addReport(program: Command): void {
  program
    .command("report")
    .description("Show or rewrite a report of foretoken bench, or compare several.")
    .argument("<files...>", "JSON reports; further ones are compared with the first")
    .option(
      "-o, --out <name>",
      "write <name>.json and <name>.html, or the one file of this name: .json, .html, .md, .csv",
    )
    .option("--json", "print JSON instead of tables")
    .addHelpText(
      "after",
      `
Cases are the same where pair, draft and prompts are; reports of one pair each are compared whatever the pairs are called. A
difference is seen where the 95% intervals of the two speedups do not overlap.

Examples:
  foretoken report foretoken-bench.json
  foretoken report foretoken-bench.json --out report.md
  foretoken report before.json after.json --out changes.html

Exit codes: 0 done, 1 cannot be written, 2 wrong usage or not a report`,
    )
    .action(report);
}

async function report(files: string[], { out, json }: Flags): Promise<void> {
  const reports: Report[] = [];
  for (const file of files) reports.push(await readReport(file));
  const [first] = reports;
  if (first === undefined) return;
  const comparisons = compareReports(reports);
  const several = reports.length > 1;
  if (out !== undefined)
    await writeReports(filesOf(out), (form) =>
      several ? renderComparison(reports, form) : renderReport(first, form),
    );
  if (json) await printJson(several ? comparisons : first);
  else await print(several ? describeComparison(reports, comparisons) : describeReport(first));
}
