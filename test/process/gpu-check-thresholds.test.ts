/** scripts/gpu-check: what a device shall reach. */
import t from "tap";
import { allReached, baselineThresholds, speedupThresholds } from "../../scripts/gpu-check/thresholds.mjs";

const TARGET = "pythia-1.4b-dialled-s1.f16.gguf";

/** A report with a default and a fixed draft of each pair. */
function report(pairs: [target: string, agreement: number, speedup: number][]) {
  return {
    pairs: pairs.map(([file, dialledAgreement], i) => ({
      ...{ id: `pair ${i}`, target: { file }, draft: { dialledAgreement } },
    })),
    cases: pairs.flatMap(([, , speedup], i) => [
      { pair: `pair ${i}`, draft: { policy: "fixed" }, summary: { speedup: 9 } },
      { pair: `pair ${i}`, draft: { policy: "adaptive" }, summary: { speedup } },
    ]),
  } as unknown as Parameters<typeof speedupThresholds>[0];
}

t.test("the default draft has to make the dialled target 1.8 times as fast at both agreements", async (t) => {
  const measured = report([
    ["opt-350m-dialled-s1.f16.gguf", 0.9, 9],
    [TARGET, 0.9, 1.8],
    [TARGET, 0.987, 1.79],
  ]);
  const thresholds = speedupThresholds(measured, TARGET);
  t.strictSame(thresholds, [
    { what: `speedup of ${TARGET} at agreement 0.9`, least: 1.8, found: 1.8, reached: true },
    { what: `speedup of ${TARGET} at agreement 0.987`, least: 1.8, found: 1.79, reached: false },
  ]);
  t.equal(allReached(thresholds), false);
});

t.test("what was not measured is not reached", async (t) => {
  t.match(speedupThresholds(report([[TARGET, 0.9, 2]]), TARGET), [
    { reached: true },
    { found: null, reached: false },
  ]);
  t.match(speedupThresholds(undefined, TARGET), [{ reached: false }, { reached: false }]);
});

t.test("the baseline may lack 3% of llama.cpp's", async (t) => {
  const comparison = (ratio: number) => ({
    ...{ tokens: 1, ratio, tokensPerSecond: { foretoken: 1, llamaCpp: 1 } },
    runs: { foretoken: [], llamaCpp: [] },
  });
  const thresholds = baselineThresholds({ a: comparison(0.97), b: comparison(0.96), c: comparison(1.2) });
  t.match(thresholds, [{ reached: true }, { reached: false }, { reached: true }]);
  t.match(thresholds[1], { what: /^tokens per second of b alone/, least: 0.97, found: 0.96 });
});
