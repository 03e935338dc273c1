/** At least 100,000 draws through the real engine, many sequences in a batch; npm run test:distribution has all cells. */
import t from "tap";
import * as native from "../../lib/native.js";
import * as requests from "../../lib/native-request.js";
import * as options from "../../lib/resolve-options.js";
import { type Cell, cellRunner } from "../../scripts/distribution/cell.mjs";
import { chiSquare, chiSquareTail, holm } from "../../scripts/distribution/chi-square.mjs";

const SEED = 20261124;
const TEXTS = 12000;

const usual = { temperature: 1, truncation: {}, choice: "sampled", policy: "fixed" } as const;
const CELLS: Cell[] = [
  { ...usual, verification: "block", drafter: "model", draft: "close" },
  {
    ...usual,
    verification: "block",
    drafter: "model",
    draft: "reversed",
    policy: "adaptive",
    temperature: 0.7,
  },
  { ...usual, verification: "rejection", drafter: "combined", draft: "missing", truncation: { topP: 0.9 } },
  { ...usual, verification: "sample-match", drafter: "model", draft: "close", choice: "likeliest" },
];

for (const cell of CELLS) {
  t.test(
    `texts follow the target: ${Object.values(cell)
      .map((v) => JSON.stringify(v))
      .join(" ")}`,
    async (t) => {
      const run = cellRunner(native, options, requests);
      const { p, draws, acceptedPerRound } = await run(t.testdir(), cell, { texts: TEXTS, seed: SEED });
      t.comment(
        `seed ${SEED}: ${draws} draws, ${acceptedPerRound.toFixed(2)} accepted a round, p = ${p.toFixed(4)}`,
      );
      t.ok(acceptedPerRound > 0, "drafts are accepted");
      t.ok(p > 1e-4, `p = ${p}`);
    },
  );
}

t.test("the test itself: tails, impossible counts and Holm's correction", async (t) => {
  t.ok(Math.abs(chiSquareTail(3.841459, 1) - 0.05) < 1e-6);
  t.ok(Math.abs(chiSquareTail(124.3421, 100) - 0.05) < 1e-5);
  t.equal(chiSquare([10, 1], [1, 0]), 0);
  t.ok(chiSquare([5100, 4900], [0.5, 0.5]) < 0.05);
  t.ok(chiSquare([5010, 4990], [0.5, 0.5]) > 0.5);
  t.strictSame(holm([0.03, 0.001, 0.02], 0.05), [true, true, true]);
  t.strictSame(holm([0.04, 0.001, 0.03], 0.05), [false, true, false]);
});
