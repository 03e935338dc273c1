import type { Service } from "../../lib/bench/concurrency-types.js";
import type { ConcurrencyCase, Report, ReportedCase, ReportedPair } from "../../lib/bench/report-types.js";
import { summarise } from "../../lib/bench/summary.js";
import type { BenchmarkRow, ModelCard, TracedToken } from "../../lib/bench/types.js";
import { bootstrapInterval } from "../../lib/bootstrap.js";
import { median } from "../../lib/median.js";
import { expectedSpeedup, expectedTokensPerRound } from "../../lib/prediction.js";

const VERIFY_COSTS = Array.from({ length: 17 }, (_, i) => 1 + 0.5 * Math.floor(i / 4) + 0.02 * i);

interface CaseOptions {
  /** Length of a fixed draft; null for the adaptive policy. */
  length: number | null;
  temperature?: number;
  repeat?: number;
  prompts?: readonly (readonly [name: string, domain: string | null])[];
  /** Factor of every speculative rate. */
  factor?: number;
  sweep?: boolean;
  trace?: boolean;
}

interface PairOptions {
  id?: string;
  alpha?: number;
  cost?: number;
  dialled?: boolean;
  cases?: readonly CaseOptions[];
}

const MADE = { loadMs: 90.25, peakMemoryBytes: 121_000_000 };

const PROMPTS = [
  ["birthday story", "narrative"],
  ["dialogue", "dialogue"],
  ["list", "list"],
] as const;

/** A report as the formula would have it, with some noise that is always the same. */
export function syntheticReport(pairs: readonly PairOptions[] = [{}], rest: Partial<Report> = {}): Report {
  const made = pairs.map((pair) => ({ id: "big + small", alpha: 0.8, cost: 0.1, dialled: false, ...pair }));
  return {
    version: 1,
    date: "2026-11-24T12:00:00.000Z",
    title: "A report",
    command: "foretoken bench --quick",
    machine: {
      ...{ cpu: "Some CPU", cores: 2, memoryBytes: 2 ** 33, platform: "linux x64", node: "v20.20.2" },
      ...{ features: "CPU : AVX2 = 1 | ", llamaCpp: "v0.5.0", commit: "0123456789abcdef" },
    },
    threads: 2,
    pairs: made.map(({ id, alpha, cost, dialled }) => pairOf(id, cost, dialled ? alpha : null)),
    cases: made.flatMap((pair) =>
      (pair.cases ?? [{ length: null }, { length: 3 }]).map((one) => caseOf(one, pair)),
    ),
    missing: [],
    ...rest,
  };
}

function pairOf(id: string, cost: number, agreement: number | null): ReportedPair {
  const [target = "", draft = ""] = id.split(" + ");
  const model = (file: string, parameters: number, dialledAgreement: number | null): ModelCard => ({
    ...{
      file: `${file}.f16.gguf`,
      name: file,
      architecture: "gptneox",
      parameters,
      weightBytes: parameters * 2,
    },
    ...{ layers: 8, embeddingSize: 384, vocabularySize: 4096, trainedContextSize: 512, dialledAgreement },
  });
  return {
    id,
    target: model(target, 17_000_000, null),
    draft: model(draft, Math.round(17_000_000 * cost), agreement),
    compatibility: { verdict: "identical", reasons: [] },
    profile: {
      costs: {
        ...{ targetStepMs: 1.5, draftStepMs: 1.5 * cost, draftCost: cost, verifyCosts: VERIFY_COSTS },
        round: { draftCost: cost * 1.2, verifyCost: 1.5 },
      },
      overheads: {
        ...{ greedyUsPerRow: 3.5, sampledUsPerRow: 41, roundUs: 12.5, streamUsPerToken: 9.25 },
        eventLoopDelayMs: { median: 0.1, p99: 0.75, largest: 2.5 },
      },
      ...{ loadMs: 80.5, peakMemoryBytes: 120_000_000 },
    },
  };
}

function caseOf(
  {
    length,
    temperature = 0,
    repeat = 5,
    prompts = PROMPTS,
    factor = 1,
    sweep = false,
    trace = true,
  }: CaseOptions,
  { id, alpha, cost }: { id: string; alpha: number; cost: number },
): ReportedCase {
  const label = `${length === null ? "adaptive" : `fixed ${length}`}${temperature === 0 ? "" : ` temperature ${temperature}`}`;
  const rows = prompts.map(([prompt, domain], i): BenchmarkRow => {
    const agreement = Math.max(0, alpha - 0.04 * i - 0.1 * temperature);
    const drafted = length ?? 2.4;
    const verifyCost = VERIFY_COSTS[Math.ceil(drafted)] ?? 1;
    const speedup = expectedSpeedup(agreement, drafted, cost, verifyCost) * factor;
    const ratios = Array.from(
      { length: repeat },
      (_, j) => speedup * (1 + 0.04 * Math.sin(7 * i + 3 * j + drafted)),
    );
    const perRound = expectedTokensPerRound(agreement, Math.round(drafted)) - 1;
    const baseline = {
      tokensPerSecond: 650,
      prefillTokensPerSecond: 3000,
      firstTokenMs: 11.5,
      totalMs: 101.5,
    };
    return {
      ...{ prompt, domain, promptTokens: 18, tokens: 64, baseline },
      speculative: { ...baseline, tokensPerSecond: 650 * median(ratios), totalMs: 101.5 / median(ratios) },
      ...{
        speedup: median(ratios),
        interval: bootstrapInterval([ratios], 1),
        ratios,
        endToEnd: median(ratios) * 0.97,
      },
      ...{ draftCost: cost * 1.1, verifyCost, predictedSpeedup: length === null ? null : speedup / factor },
      ...{
        agreement,
        acceptanceRate: perRound / drafted,
        tokensPerRound: 1 + perRound,
        draftLength: drafted,
      },
      acceptedPerPosition: Array.from({ length: Math.ceil(drafted) }, (_, j) => agreement ** (j + 1)),
      shares: { prefill: 0.08, draft: 0.25, verify: 0.6, sample: 0.04, other: 0.03 },
      ...{ overhead: 0.07, identical: temperature === 0 ? true : null, divergence: null },
      trace: trace ? TRACE : null,
    };
  });
  return {
    ...{
      id: `${id}: ${label}`,
      pair: id,
      label,
      promptSet: "stories",
      ...MADE,
    },
    sweep: sweep ? { parameter: "draft.maxTokens", value: length ?? 0 } : null,
    draft: {
      policy: length === null ? "adaptive" : "fixed",
      maxTokens: length ?? 16,
      minConfidence: 0.6,
      type: "model",
    },
    ...{ temperature, verification: temperature === 0 ? null : "block", maxTokens: 64, repeat, seed: 1 },
    ...{ rows, summary: summarise(rows, { seed: 1 }) },
  };
}

/** Cases of the adaptive policy with these many requests at once. */
export function syntheticConcurrency(
  levels: readonly number[],
  { pair = "big + small", identical = true }: { pair?: string; identical?: boolean | null } = {},
): ConcurrencyCase[] {
  return levels.map((concurrency) => {
    const ratios = [1.2, 1.25, 1.3].map((ratio) => ratio - concurrency / 100);
    const service = (rate: number): Service => ({
      tokensPerSecond: rate,
      interval: [rate * 0.98, rate * 1.02],
      firstTokenMs: { median: 11.25, p95: 20.5 + concurrency },
      gapMs: { median: 2.125, p95: 3.5 },
      addedMs: concurrency === 1 ? null : { median: 0.75, p95: 4.25 },
    });
    return {
      ...{ id: `${pair}: adaptive, ${concurrency} at once`, pair, label: "adaptive", promptSet: "stories" },
      ...MADE,
      draft: { policy: "adaptive", maxTokens: 16, minConfidence: 0.6, type: "model" },
      ...{ temperature: 0, verification: null, maxTokens: 64, repeat: 3, seed: 1 },
      ...{ concurrency, requests: 3 * concurrency - 1, ratios },
      baseline: service(600 * concurrency ** 0.5),
      speculative: service(600 * concurrency ** 0.5 * median(ratios)),
      ...{ speedup: median(ratios), interval: bootstrapInterval([ratios], 1) },
      ...{ agreement: 0.8, draftLength: 2.5, identical },
    };
  });
}

const TRACE: TracedToken[] = [
  { text: "Once", origin: "plain", probability: 0.42 },
  { text: " upon", origin: "draft", probability: 0.97 },
  { text: " a", origin: "draft", probability: 0.99 },
  { text: " time", origin: "bonus", probability: 0.95 },
  { text: "\n", origin: "draft", probability: 0.31 },
  { text: "<b>&\"'", origin: "correction", probability: 0.02 },
];
