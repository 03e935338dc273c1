import { describeMachine } from "../machine.js";
import { median } from "../median.js";
import type { Case, CasePair } from "./case-types.js";
import { describeStreams } from "./concurrency.js";
import { describeRuns } from "./describe-runs.js";
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
  /** Called after each finished case with what is finished so far; what is to come is missing from it. */
  onCase?: (report: Report) => Promise<void>;
}

/**
 * Measures every case of a plan. A case that fails is missing from the report, with its reason; the others go on. Rejects with
 * what `onCase` rejects with.
 */
export async function runPlan(
  plan: Plan,
  { command, signal, onProgress, onCase }: RunPlanOptions,
): Promise<Report> {
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
      const entry = { id, pair: pair.id, label, promptSet };
      if (concurrency === null) {
        const { measured, ...processes } = await measure(planned, progress, (share, onProgress) =>
          runTask<"case">({ type: "case", case: share }, { signal, onProgress }),
        );
        report.cases.push({ ...entry, sweep, ...processes, ...describeRuns(measured) });
      } else {
        const { measured, ...processes } = await measure(
          { ...planned, concurrency },
          progress,
          (share, onProgress) =>
            runTask<"concurrency">({ type: "concurrency", case: share }, { signal, onProgress }),
        );
        const one = { ...entry, ...processes, ...describeStreams(measured) };
        report.concurrency = [...(report.concurrency ?? []), one];
      }
    } catch (error) {
      const reason = signal?.aborted ? "interrupted" : error instanceof Error ? error.message : String(error);
      report.missing.push({ id, reason });
      continue;
    }
    await onCase?.(soFar(report, plan.cases.slice(i + 1)));
  }
  return report;
}

function soFar(report: Report, toCome: readonly Case[]): Report {
  const missing = toCome.map(({ id }) => ({ id, reason: "not measured yet" }));
  return { ...report, missing: [...report.missing, ...missing] };
}

interface Measured<M> {
  measured: M;
  loadMs: number;
  peakMemoryBytes: number;
}

/** A case by its processes in turn: each has repetitions and seeds of its own; the first makes the trace. */
async function measure<C extends Case, M>(
  planned: C,
  onProgress: (text: string) => void,
  run: (share: C, onProgress: (text: string) => void) => Promise<Measured<M>>,
): Promise<Measured<[M, ...M[]]>> {
  const { processes, repeat, seed, trace } = planned;
  const answers: Measured<M>[] = [];
  for (let i = 0; i < processes; i++) {
    const progress = (text: string) => onProgress(`process ${i + 1}/${processes}: ${text}`);
    progress("loading");
    const share = { ...planned, seed: (seed + i * repeat) % 2 ** 32, trace: trace && i === 0 };
    answers.push(await run(share, progress));
  }
  return {
    measured: answers.map(({ measured }) => measured) as [M, ...M[]],
    loadMs: median(answers.map(({ loadMs }) => loadMs)),
    peakMemoryBytes: Math.max(...answers.map(({ peakMemoryBytes }) => peakMemoryBytes)),
  };
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
