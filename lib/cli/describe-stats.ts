import type { Completion } from "../index.js";

/** The statistics of a generation in a few lines for people. */
export function describeStats({ stats, finishReason }: Completion): string {
  const { prefillMs, draftMs, verifyMs, totalMs } = stats;
  const ms = (value: number) => `${value.toFixed(1)} ms`;
  const of = (value: number | null, digits = 2) => (value === null ? "–" : value.toFixed(digits));
  const percent = (value: number | null) => (value === null ? "–" : `${(value * 100).toFixed(1)}%`);
  return [
    `${stats.generatedTokens} tokens after ${stats.promptTokens} of prompt, ended by ${finishReason}`,
    `${of(stats.tokensPerSecond, 0)} tokens/s over ${stats.rounds} rounds, ${of(stats.tokensPerRound)} tokens per round`,
    `draft: ${stats.accepted} of ${stats.proposed} accepted (${percent(stats.acceptanceRate)}), agreement ${percent(stats.agreement)}`,
    `time: ${ms(totalMs)} = prefill ${ms(prefillMs)} + draft ${ms(draftMs)} + verify ${ms(verifyMs)} + ${percent(stats.overhead)} outside the models (${of(stats.sampleUsPerRow, 1)} µs a row${stats.grammarMs > 0 ? `, grammar ${ms(stats.grammarMs)} apart` : ""})`,
    "",
  ].join("\n");
}
