import t from "tap";
import { deriveStats } from "../../lib/stats.js";
import { nativeStats } from "../helpers/native-stats.js";

t.test("ratios of a drafted generation", async (t) => {
  // 10 rounds of 3: 6 ended in a correction, 4 in a bonus.
  const native = nativeStats({
    rounds: 10,
    proposed: 30,
    accepted: 18,
    corrections: 6,
    bonuses: 4,
    committed: 28,
    prefillMs: 10,
    draftMs: 15,
    verifyMs: 65,
    sampleMs: 1,
    otherMs: 4,
    totalMs: 95,
  });
  const stats = deriveStats(native, 27);
  t.equal(stats.agreement, 18 / 24);
  t.equal(stats.acceptanceRate, 18 / 30);
  t.equal(stats.tokensPerRound, 1 + 18 / 10);
  t.equal(stats.tokensPerSecond, 27 / 0.085);
  t.equal(stats.overhead, 5 / 95);
  t.equal(stats.generatedTokens, 27);
  t.match(stats, native);
});

t.test("a baseline has no agreement and no acceptance rate", async (t) => {
  // A round without a draft counts as its bonus.
  const stats = deriveStats(nativeStats({ rounds: 5, bonuses: 5, committed: 5, totalMs: 5 }), 5);
  t.equal(stats.agreement, null);
  t.equal(stats.acceptanceRate, null);
  t.equal(stats.tokensPerRound, 1);
});

t.test("nothing generated gives null, never 0 or NaN", async (t) => {
  const { agreement, acceptanceRate, tokensPerRound, tokensPerSecond, overhead } = deriveStats(
    nativeStats({}),
    0,
  );
  t.strictSame([agreement, acceptanceRate, tokensPerRound, tokensPerSecond, overhead], Array(5).fill(null));
});

t.test("a draft never accepted has agreement 0, not null", async (t) => {
  const stats = deriveStats(nativeStats({ rounds: 2, proposed: 4, corrections: 2 }), 2);
  t.equal(stats.agreement, 0);
  t.equal(stats.acceptanceRate, 0);
});
