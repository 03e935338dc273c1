// @ts-check
// The steps that measure speed with `foretoken bench`.
import { readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { foretoken } from "./foretoken.mjs";
import { dialledFolder, makeModels } from "./models.mjs";
import { placementFlags, requireLayers } from "./placement.mjs";
import { allReached, speedupThresholds } from "./thresholds.mjs";

/**
 * @typedef {import("./steps.mjs").Check} Check
 * @typedef {import("./steps.mjs").Outcome} Outcome
 * @typedef {import("./placement.mjs").Models} Models
 * @typedef {import("../../dist/bench/report-types.js").Report} Report
 */

/** @type {Models} */
export const EMBEDDED = ["fable-17m", "fable-1m"];

/** Flags of a dry run. */
export const SMALL = [
  ...["--draft-max-tokens", "3", "--max-tokens", "8"],
  ...["--repeat", "1", "--threads", "1", "--processes", "1"],
];

/** Its speedups have to reach something. */
const TARGET_SHAPE = "pythia-1.4b/160m";

/** @param {Check} check */
export async function embedded(check) {
  return report(check, check.dryRun ? SMALL : ["--preset", "default"], [EMBEDDED]);
}

/** The report's pairs, all that its preset wants made. @param {Check} check @returns {Promise<Outcome>} */
export async function dialled(check) {
  const { root, dryRun } = check;
  const shape = dryRun ? "tiny" : TARGET_SHAPE;
  const pairs = await makePairs(check, dryRun ? [{ shape, agreements: [0.9, 0.987] }] : await standIns(root));
  const target = pairs.find((pair) => pair.shape === shape)?.target ?? "";
  const drafts = pairs.map(({ draft }) => draft);
  const flags = dryRun
    ? ["--target", target, "--draft", ...drafts, "--draft-policy", "adaptive", ...SMALL]
    : ["--preset", "report", "--dialled", dialledFolder(check), "--max-tokens", "48"];
  const outcome = await report(
    check,
    flags,
    pairs.map(({ target, draft }) => [target, draft]),
  );
  const thresholds = speedupThresholds(outcome.report, basename(target));
  // Small models reach nothing.
  return { ...outcome, ok: outcome.ok && (dryRun || allReached(thresholds)), thresholds };
}

/**
 * Dialled pairs that `bench --preset report` takes for those that are not on disk.
 * @param {string} root @returns {Promise<{ shape: string, agreements: number[] }[]>}
 */
export async function standIns(root) {
  const cases = JSON.parse(await readFile(join(root, "bench", "cases.json"), "utf8"));
  /** @type {{ "stand-in"?: { shape: string, agreements: number[] } }[]} */
  const pairs = cases.report.pairs;
  return pairs.flatMap((pair) => pair["stand-in"] ?? []);
}

/** @param {Check} check @param {{ shape: string, agreements: number[] }[]} wanted */
async function makePairs(check, wanted) {
  /** @type {{ shape: string, target: string, draft: string }[]} */
  const pairs = [];
  for (const { shape, agreements } of wanted) {
    const flags = ["--preset", shape, "--agreement", agreements.join()];
    const [target = "", ...drafts] = await makeModels(check, flags);
    for (const draft of drafts) pairs.push({ shape, target, draft });
  }
  return pairs;
}

/**
 * A benchmark's report: not ok where a text differs or a pair is missing. Rejects where one lies elsewhere than it shall.
 * @param {Check} check @param {string[]} flags @param {Models[]} pairs that are measured
 * @returns {Promise<Outcome & { report?: Report }>}
 */
export async function report(check, flags, pairs) {
  const layers = await requireLayers(check, pairs);
  check.say("measuring");
  const args = ["bench", ...flags, ...placementFlags(check), "--json"];
  const { code, stdout, stderr } = await foretoken(check, args);
  try {
    return { ok: code === 0, code, layers, report: JSON.parse(stdout) };
  } catch {
    return { ok: false, code, layers, error: stderr.slice(-4000) };
  }
}
