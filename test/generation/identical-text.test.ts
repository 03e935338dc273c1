import t from "tap";
import { fable, ids, prompts } from "../helpers/fable.js";

const MAX_TOKENS = 40;

t.test("the number of threads changes nothing", async (t) => {
  const [one, two] = [await fable(t), await fable(t, { threads: 2 })];
  for (const prompt of prompts.slice(0, 3)) {
    const baseline = await one.complete(prompt, { maxTokens: MAX_TOKENS, draft: false });
    for (const draftLength of [0, 3, 16]) {
      const drafted = await two.complete(prompt, {
        maxTokens: MAX_TOKENS,
        draft: { policy: "fixed", maxTokens: draftLength },
      });
      t.strictSame(ids(drafted), ids(baseline), `${JSON.stringify(prompt)} at ${draftLength}`);
    }
  }
});

t.test("the baseline is the same with and without a draft model loaded", async (t) => {
  const [alone, pair] = [await fable(t, { draft: false }), await fable(t)];
  for (const prompt of prompts.slice(0, 5)) {
    const options = { maxTokens: MAX_TOKENS, draft: false } as const;
    t.strictSame(ids(await alone.complete(prompt, options)), ids(await pair.complete(prompt, options)));
  }
});

t.test("a long text, to the context's end", async (t) => {
  const pair = await fable(t);
  const options = { maxTokens: 600, ignoreEnd: true };
  const baseline = await pair.complete("Once upon a time", { ...options, draft: false });
  const drafted = await pair.complete("Once upon a time", options);
  t.equal(baseline.finishReason, "context");
  t.strictSame(ids(drafted), ids(baseline));
});
