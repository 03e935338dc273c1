import t from "tap";
import { fable, ids } from "../helpers/fable.js";

t.test(
  "log-probabilities are the target's own, the same to the last bit with and without a draft",
  async (t) => {
    const pair = await fable(t);
    const options = { maxTokens: 40, logprobs: 4, ignoreEnd: true } as const;
    const plain = await pair.complete("Once upon a time", { ...options, draft: false });
    for (const draft of [{ policy: "fixed", maxTokens: 5 }, {}] as const) {
      const drafted = await pair.complete("Once upon a time", { ...options, draft });
      t.ok(drafted.stats.accepted > 0);
      t.strictSame(
        drafted.tokens.map(({ origin, ...rest }) => rest),
        plain.tokens.map(({ origin, ...rest }) => rest),
      );
    }
  },
);

t.test("greedy tokens head their own list; all tokens' probabilities sum to 1", async (t) => {
  const pair = await fable(t);
  const { tokens } = await pair.complete("The fox", { maxTokens: 10, logprobs: 100 });
  for (const { id, text, logprob = Number.NaN, topLogprobs = [] } of tokens) {
    t.equal(topLogprobs.length, 100);
    t.match(topLogprobs[0], { id, text, logprob });
    const falling = topLogprobs.map((other) => other.logprob);
    t.strictSame(
      falling,
      falling.toSorted((a, b) => b - a),
    );
    const mass = falling.reduce((sum, value) => sum + Math.exp(value), 0);
    t.ok(mass > 0.5 && mass <= 1 + 1e-4, `${mass}`);
  }
});

t.test(
  "they do not change with temperature, bias or penalties, and are left out unless asked for",
  async (t) => {
    const pair = await fable(t);
    const plain = await pair.complete("The fox", { maxTokens: 1, logprobs: 1 });
    const options = { maxTokens: 1, temperature: 2, seed: 1, presencePenalty: 1, logprobs: 1 } as const;
    const sampled = await pair.complete("The fox", options);
    t.strictSame(sampled.tokens[0]?.topLogprobs, plain.tokens[0]?.topLogprobs);
    const bare = await pair.complete("The fox", { maxTokens: 1 });
    t.notOk("logprob" in (bare.tokens[0] ?? {}));
    t.equal(ids(bare)[0], ids(plain)[0]);
    const none = await pair.complete("The fox", { maxTokens: 1, logprobs: 0 });
    t.match(none.tokens[0], { logprob: Number, topLogprobs: { length: 0 } });
  },
);
