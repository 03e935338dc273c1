import t from "tap";
import { fable, ids } from "../helpers/fable.js";

t.test("the token limit is exact at every draft length", async (t) => {
  const pair = await fable(t);
  for (const maxTokens of [1, 2, 3, 4, 5, 17]) {
    for (const draftLength of [0, 1, 3, 16]) {
      const { tokens, finishReason } = await pair.complete("Once upon a time", {
        maxTokens,
        draft: { policy: "fixed", maxTokens: draftLength },
        ignoreEnd: true,
      });
      t.equal(tokens.length, maxTokens);
      t.equal(finishReason, "length");
    }
  }
});

t.test("a full context ends the generation at the same token with and without a draft", async (t) => {
  const pair = await fable(t, { contextSize: 48 });
  const prompt = "Once upon a time there was a little girl";
  const baseline = await pair.complete(prompt, { draft: false, ignoreEnd: true });
  t.equal(baseline.finishReason, "context");
  t.equal(baseline.stats.promptTokens + baseline.tokens.length, 48);
  for (const draftLength of [1, 3, 16, 64]) {
    const drafted = await pair.complete(prompt, {
      draft: { policy: "fixed", maxTokens: draftLength },
      ignoreEnd: true,
    });
    t.equal(drafted.finishReason, "context");
    t.strictSame(ids(drafted), ids(baseline));
  }
});

t.test("the model's own end stops it, and ignoreEnd goes past it", async (t) => {
  const pair = await fable(t);
  const prompt = "And they lived happily ever after. The end.";
  const [stopped, baseline] = [
    await pair.complete(prompt, { maxTokens: 400 }),
    await pair.complete(prompt, { maxTokens: 400, draft: false }),
  ];
  t.equal(stopped.finishReason, "stop");
  t.strictSame(ids(stopped), ids(baseline));
  const { eos } = pair.target.vocabulary;
  t.notOk(ids(stopped).includes(eos), "the end token itself is not returned");
  const ignored = await pair.complete(prompt, { maxTokens: stopped.tokens.length + 5, ignoreEnd: true });
  t.equal(ignored.finishReason, "length");
  t.strictSame(ids(ignored).slice(0, stopped.tokens.length), ids(stopped));
});
