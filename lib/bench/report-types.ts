import type { Compatibility } from "../compatibility.js";
import type { Machine } from "../machine.js";
import type { ConcurrencyReport } from "./concurrency-types.js";
import type { BenchmarkReport, ModelCard, PairProfile } from "./types.js";

/** The version of the report's form; report.schema.json describes it. */
export const REPORT_VERSION = 1;

/** What others have published of a pair; the least and the most of their prompts. */
export interface PublishedFigures {
  /** Tokens drafted per round. */
  draftMaxTokens: number;
  /** null: not given in figures. */
  speedup: [least: number, most: number] | null;
  acceptanceRate: [least: number, most: number] | null;
  remark?: string;
}

/** A target and a draft of a report. */
export interface ReportedPair {
  /** What cases call it. */
  id: string;
  /** Of the pair this is, or that it stands in for. */
  published?: PublishedFigures;
  target: ModelCard;
  draft: ModelCard;
  compatibility: Pick<Compatibility, "verdict" | "reasons">;
  profile: PairProfile;
}

/** What a case is called, and what its processes took. */
interface CaseEntry {
  id: string;
  /** A pair's id. */
  pair: string;
  /** The draft's settings in words. */
  label: string;
  promptSet: string;
  /** Milliseconds of loading both models: the median of the case's processes. */
  loadMs: number;
  /** Largest resident memory of any of them, in bytes. */
  peakMemoryBytes: number;
}

export interface ReportedCase extends CaseEntry, BenchmarkReport {
  /** What a sweep varied, and its value here. */
  sweep: { parameter: string; value: number } | null;
}

export interface ConcurrencyCase extends CaseEntry, ConcurrencyReport {}

/** What `foretoken bench --json` prints and `foretoken report` reads. */
export interface Report {
  version: typeof REPORT_VERSION;
  /** ISO 8601. */
  date: string;
  title: string;
  /** The command line that made it. */
  command: string;
  machine: Machine;
  /** CPU threads of both models. */
  threads: number;
  pairs: ReportedPair[];
  cases: ReportedCase[];
  /** Cases with many requests at once. Absent where none were measured. */
  concurrency?: ConcurrencyCase[];
  /** Cases that were planned and are not measured. */
  missing: { id: string; reason: string }[];
}
