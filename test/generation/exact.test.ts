/** `exact`: the target's own text where kernels depend on how many tokens a pass has. */
import { fileURLToPath } from "node:url";
import t, { type Test } from "tap";
import { devices, type Pair, type PairOptions } from "../../lib/index.js";
import { quantizedModel } from "../../lib/quantized-model.js";
import { fable, ids, prompts } from "../helpers/fable.js";

const MODELS = fileURLToPath(new URL("../../models/", import.meta.url));
const hasGpu = devices().some(({ type }) => type !== "cpu");

/** At every draft length, adaptively, and past the end of attention's first 256 cells. */
async function isItsOwnText(t: Test, pair: Pair, options: Partial<PairOptions>): Promise<void> {
  const alone = await fable(t, { ...options, draft: false });
  for (const prompt of prompts.slice(0, 3)) {
    const plain = ids(await alone.complete(prompt, { maxTokens: 24 }));
    for (const maxTokens of [0, 1, 3, 7, 12]) {
      const drafted = await pair.complete(prompt, { maxTokens: 24, draft: { policy: "fixed", maxTokens } });
      t.strictSame(ids(drafted), plain, `${JSON.stringify(prompt)} at ${maxTokens}`);
    }
  }
  const options300 = { maxTokens: 300, ignoreEnd: true };
  const long = await pair.complete("Once upon a time", options300);
  t.ok(long.stats.accepted > 50 && long.stats.corrections > 20, "drafts are accepted and rolled back");
  t.strictSame(ids(long), ids(await alone.complete("Once upon a time", options300)));
}

t.test(
  "where kernels of our own compute, it changes nothing",
  { skip: hasGpu && "a device beside the CPU" },
  async (t) => {
    const [pair, exact] = [await fable(t), await fable(t, { exact: true, maxSequences: 2 })];
    for (const prompt of prompts.slice(0, 3))
      t.strictSame(
        ids(await exact.complete(prompt, { maxTokens: 24 })),
        ids(await pair.complete(prompt, { maxTokens: 24 })),
      );
    const again = await exact.complete(prompts[0] ?? "", { maxTokens: 24 });
    t.ok(again.stats.cachedTokens > 0, "prompts are shared as ever");
  },
);

t.test("weights in llama.cpp's own layouts", { skip: hasGpu && "a device beside the CPU" }, async (t) => {
  const target = await quantizedModel(`${MODELS}fable-17m.f16.gguf`, "q4_k_m", null, t.testdir());
  const options = { target, exact: true };
  const pair = await fable(t, options);
  await isItsOwnText(t, pair, options);

  const session = pair.session();
  await session.complete("Once upon a time", { maxTokens: 16 });
  const { stats } = await session.complete(" and then", { maxTokens: 16 });
  t.equal(stats.cachedTokens, 0, "nothing is kept between generations");
  await t.rejects(fable(t, { ...options, maxSequences: 2 }), {
    code: "EXACT_UNAVAILABLE",
    message: /one sequence/,
  });
});

t.test("a GPU", { skip: !hasGpu && "there is none, or no module for it" }, async (t) => {
  t.comment(
    devices()
      .map(({ description }) => description)
      .join(", "),
  );
  const pair = await fable(t, { target: "fable-1m", draft: { type: "ngram" }, exact: true });
  const prompt = `${"Once upon a time there was a fox. ".repeat(24)}Once`;
  const promptTokens = pair.tokenize(prompt).length;
  t.ok(promptTokens > 200 && promptTokens < 256, `the text passes 256 cells after ${promptTokens}`);
  const options = { maxTokens: 64, ignoreEnd: true };
  const plain = await pair.complete(prompt, { ...options, draft: false });
  for (const maxTokens of [2, 12]) {
    const drafted = await pair.complete(prompt, { ...options, draft: { policy: "fixed", maxTokens } });
    t.ok(drafted.stats.proposed > drafted.stats.accepted, "drafts are rolled back");
    t.strictSame(ids(drafted), ids(plain), `at ${maxTokens}`);
  }
  await t.rejects(fable(t, { exact: true, maxSequences: 2 }), { code: "EXACT_UNAVAILABLE" });
});
