import { rate } from "../bench/format.js";
import { statusLine } from "./progress.js";
import { duration } from "./sizes.js";

const BAR_WIDTH = 24;

export interface BatchCounts {
  /** Of the input. */
  total: number;
  /** Finished by earlier runs. */
  skipped: number;
  done: number;
  failed: number;
  generatedTokens: number;
}

/** How far a batch is, how fast, and how long the rest will take at that speed. */
export function batchProgress(counts: Readonly<BatchCounts>) {
  const status = statusLine();
  const started = performance.now();
  return {
    update: () => status.update(describe(counts, performance.now() - started)),
    end: status.end,
  };
}

export function describe(counts: Readonly<BatchCounts>, elapsedMs: number): string {
  const { total, skipped, done, failed, generatedTokens } = counts;
  const finished = skipped + done + failed;
  const share = total === 0 ? 1 : finished / total;
  const filled = Math.round(share * BAR_WIDTH);
  const bar = "█".repeat(filled) + "░".repeat(BAR_WIDTH - filled);
  const parts = [`${bar} ${Math.floor(share * 100)}%`, `${finished} of ${total}`];
  if (failed > 0) parts.push(`${failed} failed`);
  if (done + failed > 0) {
    parts.push(`${rate((generatedTokens * 1000) / elapsedMs)} tokens/s`);
    parts.push(`${duration((elapsedMs / (done + failed)) * (total - finished))} left`);
  }
  return parts.join(", ");
}
