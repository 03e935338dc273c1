// @ts-check
// Does every combination of temperature, truncation, rule, drafter and draft sample the target's distribution? Runs the
// whole grid through the real engine and tests each cell, Holm-corrected.
//
// Needs: a built checkout (npm run setup). Leaves: bench/results/<date>-distribution.json with --save.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { saveResult } from "../bench/command-line.mjs";
import { KNOWN_VARIANTS } from "./dialled/known-distribution.mjs";
import { cellRunner } from "./distribution/cell.mjs";
import { holm } from "./distribution/chi-square.mjs";
import { progressLine } from "./progress.mjs";

const ALPHA = 0.001;
const HELP = `Usage: npm run test:distribution -- [--texts <n>] [--seed <n>] [--save]

  --texts <n>  texts of three tokens in each cell (default 6000)
  --seed <n>   (default 1)
  --save       write the p-values to bench/results
`;

const { values } = parseArgs({
  options: {
    texts: { type: "string", default: "6000" },
    seed: { type: "string", default: "1" },
    save: { type: "boolean" },
    help: { type: "boolean" },
  },
});

/** @returns {import("./distribution/cell.mjs").Cell[]} */
function grid() {
  const truncations = [{}, { topK: 3 }, { topP: 0.8 }, { minP: 0.2 }, { typicalP: 0.7 }];
  /** @type {import("./distribution/cell.mjs").Cell[]} */
  const cells = [];
  for (const temperature of [0.6, 1, 1.5])
    for (const truncation of truncations)
      for (const verification of /** @type {const} */ (["sample-match", "rejection", "block"]))
        for (const drafter of /** @type {const} */ (["model", "ngram", "combined"]))
          for (const draft of drafter === "ngram" ? ["close"] : KNOWN_VARIANTS) {
            // Each of these in turn, so that all meet all.
            const choice = cells.length % 3 === 2 ? "likeliest" : "sampled";
            const policy = ["fixed", "adaptive", "confidence"][(cells.length % 5) % 3];
            cells.push(
              /** @type {any} */ ({ temperature, truncation, verification, drafter, draft, choice, policy }),
            );
          }
  return cells;
}

async function main() {
  if (values.help) return process.stdout.write(HELP);
  const [texts, seed] = [Number(values.texts), Number(values.seed)];
  const [seam, options, requests] = await Promise.all([
    import("../dist/native.js"),
    import("../dist/resolve-options.js"),
    import("../dist/native-request.js"),
  ]);
  const { describeMachine } = await import("../dist/machine.js");
  const run = cellRunner(
    /** @type {any} */ (seam),
    /** @type {any} */ (options),
    /** @type {any} */ (requests),
  );
  const cells = grid();
  const folder = await mkdtemp(join(tmpdir(), "foretoken-distribution-"));
  const progress = progressLine("distribution");
  const results = [];
  try {
    for (const [i, cell] of cells.entries()) {
      progress.update(`cell ${i + 1}/${cells.length}`);
      results.push({ ...cell, ...(await run(folder, cell, { texts, seed: seed * cells.length + i })) });
    }
  } finally {
    progress.clear();
    await rm(folder, { recursive: true, force: true });
  }
  const failed = holm(
    results.map(({ p }) => p),
    ALPHA,
  );
  for (const [i, result] of results.entries())
    if (failed[i]) process.stdout.write(`FAILED ${JSON.stringify(result)}\n`);
  const smallest = results.reduce((least, { p }) => Math.min(least, p), 1);
  const draws = results.reduce((sum, result) => sum + result.draws, 0);
  process.stdout.write(
    `${cells.length} cells, ${draws} draws, seed ${seed}: ${failed.filter(Boolean).length} fail at ${ALPHA} (Holm), smallest p ${smallest.toExponential(2)}\n`,
  );
  if (values.save)
    await saveResult("distribution", {
      date: new Date().toISOString(),
      seed,
      texts,
      alpha: ALPHA,
      results,
      machine: describeMachine(),
    });
  if (failed.some(Boolean)) process.exitCode = 1;
}

await main();
