import { firstToDiffer } from "./divergence.js";
import type { MeasuredRuns } from "./measure-runs.js";
import { describeRow } from "./row.js";
import { summarise } from "./summary.js";
import type { BenchmarkReport, BenchmarkRow } from "./types.js";

/** What processes that measured the same, each as many repetitions, say together. */
export function describeRuns(processes: readonly [MeasuredRuns, ...MeasuredRuns[]]): BenchmarkReport {
  const [{ settings, prompts }] = processes;
  const described = { ...settings, processes: processes.length };
  const rows = prompts.map(({ prompt }, i): BenchmarkRow => {
    const shares = processes.flatMap((one) => one.prompts[i] ?? []);
    return {
      ...describeRow(
        prompt,
        shares.flatMap(({ runs }) => runs),
        described,
      ),
      divergence: firstToDiffer(shares)?.divergence ?? null,
      trace: shares.find(({ trace }) => trace !== null)?.trace ?? null,
    };
  });
  return { ...described, rows, summary: summarise(rows, described) };
}
