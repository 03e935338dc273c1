import { describeMachine } from "../machine.js";
import type { Case, CasePair } from "./case-types.js";
import type { Plan } from "./plan.js";
import { REPORT_VERSION, type Report, type ReportedPair } from "./report-types.js";
import { runTask } from "./run-task.js";

/** Rows of a target pass whose cost is measured at least: enough for the policy's longest draft. */
const ROWS = 17;

export interface RunPlanOptions {
  /** The command line, for the report. */
  command: string;
  /** Stops: what is finished is reported, the rest listed as missing. */
  signal?: AbortSignal;
  onProgress?: (text: string) => void;
}

/** Measures every case of a plan. A case that fails is missing from the report, with its reason; the others go on. */
export async function runPlan(plan: Plan, { command, signal, onProgress }: RunPlanOptions): Promise<Report> {
  const report: Report = {
    version: REPORT_VERSION,
    date: new Date().toISOString(),
    title: plan.title,
    command,
    machine: describeMachine(),
    threads: plan.threads,
    pairs: [],
    cases: [],
    missing: [...plan.missing],
  };
  const failed = new Map<string, string>();
  for (const [i, planned] of plan.cases.entries()) {
    const { id, pair, label, promptSet, sweep, concurrency } = planned;
    const progress = (text: string) => onProgress?.(`${i + 1}/${plan.cases.length} ${id}: ${text}`);
    try {
      signal?.throwIfAborted();
      if (failed.has(pair.id)) throw new Error(failed.get(pair.id));
      if (!report.pairs.some((known) => known.id === pair.id)) {
        progress("passes by themselves");
        report.pairs.push(
          await profilePair(pair, plan.cases, signal).catch((error) => fail(failed, pair, error)),
        );
      }
      progress("loading");
      const entry = { id, pair: pair.id, label, promptSet };
      const options = { signal, onProgress: progress };
      if (concurrency === null) {
        const {
          type: _,
          report: measured,
          ...process
        } = await runTask({ type: "case", case: planned }, options);
        report.cases.push({ ...entry, sweep, ...process, ...measured });
      } else {
        const task = { type: "concurrency", case: { ...planned, concurrency } } as const;
        const { type: _, report: measured, ...process } = await runTask(task, options);
        report.concurrency = [...(report.concurrency ?? []), { ...entry, ...process, ...measured }];
      }
    } catch (error) {
      const reason = signal?.aborted ? "interrupted" : error instanceof Error ? error.message : String(error);
      report.missing.push({ id, reason });
    }
  }
  return report;
}

function fail(failed: Map<string, string>, pair: CasePair, error: Error): never {
  failed.set(pair.id, error.message);
  throw error;
}

async function profilePair(
  pair: CasePair,
  cases: readonly Case[],
  signal?: AbortSignal,
): Promise<ReportedPair> {
  const own = cases.filter((one) => one.pair.id === pair.id);
  const longest = Math.max(...own.map(({ draft }) => draft.maxTokens ?? 0));
  const task = {
    type: "profile",
    pair,
    threads: own[0]?.threads ?? 1,
    maxRows: Math.max(ROWS, longest + 1),
    prompt: own[0]?.prompts[0]?.text ?? "",
  } as const;
  const { target, draft, compatibility, profile } = await runTask<"profile">(task, { signal });
  const { id, published } = pair;
  return { id, ...(published && { published }), target, draft, compatibility, profile };
}
