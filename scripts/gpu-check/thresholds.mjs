// @ts-check
// What a device shall reach, and whether it did.

/** f16 Pythia with a draft that agrees this often, by default, over itself without a draft. */
const AGREEMENTS = [0.9, 0.987];
const LEAST_SPEEDUP = 1.8;
/** Our target alone over llama.cpp's own: within 3%. */
const LEAST_OF_LLAMA_CPP = 0.97;

/**
 * @typedef {{ what: string, least: number, found: number | null, reached: boolean }} Threshold found: null where it was not measured
 * @typedef {import("../../dist/bench/report-types.js").Report} Report
 */

/** @param {string} what @param {number} least @param {number | undefined} found @returns {Threshold} */
function threshold(what, least, found) {
  return { what, least, found: found ?? null, reached: found !== undefined && found >= least };
}

/**
 * Of the default draft length.
 * @param {Pick<Report, "pairs" | "cases"> | undefined} report @param {string} target a dialled one's file
 */
export function speedupThresholds(report, target) {
  return AGREEMENTS.map((agreement) => {
    const pair = report?.pairs.find(
      (one) => one.target.file === target && one.draft.dialledAgreement === agreement,
    );
    const measured = report?.cases.find((one) => one.pair === pair?.id && one.draft.policy === "adaptive");
    const what = `speedup of ${target} at agreement ${agreement}`;
    return threshold(what, LEAST_SPEEDUP, measured?.summary.speedup);
  });
}

/** @param {Record<string, import("./baseline.mjs").Comparison>} models by file */
export function baselineThresholds(models) {
  return Object.entries(models).map(([file, { ratio }]) =>
    threshold(`tokens per second of ${file} alone, × llama-bench's`, LEAST_OF_LLAMA_CPP, ratio),
  );
}

/** @param {Threshold[]} thresholds */
export function allReached(thresholds) {
  return thresholds.every(({ reached }) => reached);
}
