import t from "tap";
import { fable, prompts } from "../helpers/fable.js";

t.test("counters agree with each other and with the tokens returned", async (t) => {
  const pair = await fable(t);
  for (const draftLength of [0, 1, 3, 8, 16]) {
    for (const prompt of prompts.slice(0, 4)) {
      const { tokens, stats } = await pair.complete(prompt, {
        maxTokens: 37,
        draft: { policy: "fixed", maxTokens: draftLength },
        ignoreEnd: true,
      });
      const count = (origin: string) => tokens.filter((token) => token.origin === origin).length;
      const label = `${JSON.stringify(prompt)} at ${draftLength}`;
      t.equal(stats.corrections + stats.bonuses, stats.rounds, label);
      t.equal(stats.committed, stats.accepted + stats.corrections + stats.bonuses, label);
      t.equal(stats.committed, tokens.length, label);
      t.ok(stats.accepted <= stats.proposed, label);
      t.ok(stats.proposed <= stats.rounds * draftLength, label);
      t.equal(count("draft"), stats.accepted, label);
      t.equal(count("correction"), stats.corrections, label);
      t.equal(count("bonus") + count("plain"), stats.bonuses, label);
      t.equal(
        stats.acceptedPerPosition.reduce((sum, n) => sum + n, 0),
        stats.accepted,
        label,
      );
      t.strictSame(
        stats.acceptedPerPosition,
        stats.acceptedPerPosition.toSorted((a, b) => b - a),
        label,
      );
      t.equal(stats.promptTokens, pair.tokenize(prompt).length, label);
    }
  }
});

t.test("times are of the parts and sum to the total", async (t) => {
  const pair = await fable(t);
  const before = performance.now();
  const { stats } = await pair.complete("Once upon a time", { maxTokens: 100, ignoreEnd: true });
  const elapsed = performance.now() - before;
  const { prefillMs, draftMs, verifyMs, sampleMs, otherMs, totalMs } = stats;
  for (const ms of [prefillMs, draftMs, verifyMs, sampleMs]) t.ok(ms > 0);
  t.ok(otherMs >= 0);
  t.ok(Math.abs(prefillMs + draftMs + verifyMs + sampleMs + otherMs - totalMs) < 1e-6);
  t.ok(totalMs <= elapsed, `${totalMs} within ${elapsed}`);
});

t.test("a baseline has plain tokens, one per pass, and no ratios of a draft", async (t) => {
  const pair = await fable(t);
  const { tokens, stats } = await pair.complete("Once upon a time", {
    maxTokens: 20,
    draft: false,
    ignoreEnd: true,
  });
  t.ok(tokens.every((token) => token.origin === "plain"));
  t.match(stats, {
    rounds: 20,
    proposed: 0,
    draftPasses: 0,
    draftTokens: 0,
    agreement: null,
    acceptanceRate: null,
    tokensPerRound: 1,
  });
});
