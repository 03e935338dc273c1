import t from "tap";
import { fable, ids, prompts } from "../helpers/fable.js";

const MAX_TOKENS = 40;

for (const draft of ["fable-1m", "fable-5m"]) {
  t.test(
    `greedy text is the target's own, token for token, with ${draft} at draft lengths 0 to 16`,
    async (t) => {
      const pair = await fable(t, { draft });
      t.ok(prompts.length >= 20);
      for (const prompt of prompts) {
        const baseline = await pair.complete(prompt, { maxTokens: MAX_TOKENS, draft: false });
        const different: number[] = [];
        for (let maxTokens = 0; maxTokens <= 16; maxTokens++) {
          const drafted = await pair.complete(prompt, { maxTokens: MAX_TOKENS, draft: { maxTokens } });
          if (drafted.text !== baseline.text || ids(drafted).join() !== ids(baseline).join())
            different.push(maxTokens);
        }
        t.strictSame(different, [], JSON.stringify(prompt));
      }
    },
  );
}

t.test("the number of threads changes nothing", async (t) => {
  const [one, two] = [await fable(t), await fable(t, { threads: 2 })];
  for (const prompt of prompts.slice(0, 3)) {
    const baseline = await one.complete(prompt, { maxTokens: MAX_TOKENS, draft: false });
    for (const draftLength of [0, 3, 16]) {
      const drafted = await two.complete(prompt, {
        maxTokens: MAX_TOKENS,
        draft: { maxTokens: draftLength },
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
