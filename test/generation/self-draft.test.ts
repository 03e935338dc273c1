import t from "tap";
import { fable } from "../helpers/fable.js";

t.test("the target drafting for itself is always right", async (t) => {
  const pair = await fable(t, { draft: { model: "fable-17m", policy: "fixed", maxTokens: 3 } });
  const { tokens, stats } = await pair.complete("Once upon a time", { maxTokens: 40, ignoreEnd: true });
  t.equal(stats.agreement, 1);
  t.equal(stats.acceptanceRate, 1);
  t.equal(stats.tokensPerRound, 4);
  t.equal(stats.corrections, 0);
  const round = ["draft", "draft", "draft", "bonus"];
  t.strictSame(
    tokens.map((token) => token.origin),
    Array.from({ length: 10 }, () => round).flat(),
  );
  t.strictSame(stats.acceptedPerPosition, [10, 10, 10]);
});
