import t, { type Test } from "tap";
import { expectedSpeedup, expectedTokensPerRound } from "../../lib/prediction.js";

const close = (t: Test, actual: number, expected: number) =>
  t.ok(Math.abs(actual - expected) < 1e-12, `${actual} is ${expected}`);

t.test("tokens per round are 1 + α + … + α^K", async (t) => {
  close(t, expectedTokensPerRound(0.5, 0), 1);
  close(t, expectedTokensPerRound(0.5, 3), 1 + 0.5 + 0.25 + 0.125);
  close(t, expectedTokensPerRound(1, 7), 8); // the closed form divides by 0 here
  close(t, expectedTokensPerRound(0, 7), 1);
});

t.test("speedup against values worked out by hand", async (t) => {
  // (1 − 0.9^4) / (0.1 (3 · 0.13 + 1.05)) = 0.3439 / 0.144
  close(t, expectedSpeedup(0.9, 3, 0.13, 1.05), 0.3439 / 0.144);
  // FIELD: the embedded pair at length 2, c = 0.07, v(3) = 1.19 and α = 0.75: (1 − 0.421875) / (0.25 · 1.33)
  close(t, expectedSpeedup(0.75, 2, 0.07, 1.19), 0.578125 / 0.3325);
});

t.test("a free draft that is always right gains K + 1; no draft gains nothing", async (t) => {
  close(t, expectedSpeedup(1, 3, 0, 1), 4);
  close(t, expectedSpeedup(0.7, 0, 0.5, 1), 1);
});

t.test("a draft that is never right loses what it costs", async (t) => {
  close(t, expectedSpeedup(0, 2, 0.25, 1.5), 1 / 2);
});
