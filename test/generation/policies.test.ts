import t from "tap";
import { type GenerationDraftOptions, loadPair } from "../../lib/index.js";
import { writeDialledPair } from "../../scripts/dialled/pair.mjs";
import { fable, ids, prompts } from "../helpers/fable.js";

const DRAFTS: GenerationDraftOptions[] = [
  { type: "model" },
  { type: "ngram" },
  { type: "combined" },
  { type: "combined", policy: "fixed", maxTokens: 5 },
  { type: "ngram", policy: "fixed", maxTokens: 8 },
  { type: "model", policy: "confidence", minConfidence: 0.4 },
];

t.test("greedy text is the target's own whatever drafts and however far", async (t) => {
  const pair = await fable(t, { draft: { type: "combined", model: "fable-1m" } });
  for (const prompt of prompts.slice(0, 5)) {
    const plain = ids(await pair.complete(prompt, { maxTokens: 60, draft: false }));
    for (const draft of DRAFTS) {
      const completion = await pair.complete(prompt, { maxTokens: 60, draft });
      t.strictSame(ids(completion), plain, JSON.stringify({ prompt, draft }));
    }
  }
});

t.test("forced zero acceptance: the text is that of plain decoding", async (t) => {
  const { target, draft, starts } = await writeDialledPair(t.testdir(), { shape: "tiny", agreement: 0 });
  const pair = await loadPair({ target, draft: { model: draft, policy: "fixed", maxTokens: 3 }, threads: 1 });
  t.teardown(() => pair.close());
  for (const start of starts.slice(0, 3)) {
    const plain = await pair.complete([start], { maxTokens: 40, draft: false });
    const drafted = await pair.complete([start], { maxTokens: 40 });
    t.strictSame(ids(drafted), ids(plain));
    t.ok(drafted.stats.proposed > 0);
    t.equal(drafted.stats.accepted, 0);
  }
});

t.test("deterministic pairs draft the same in every run", async (t) => {
  const once = async () => {
    const pair = await fable(t, { deterministic: true });
    const { stats } = await pair.complete("Once upon a time", { maxTokens: 80, ignoreEnd: true });
    return [stats.rounds, stats.proposed, stats.accepted];
  };
  t.strictSame(await once(), await once());
});

t.test("a cost profile can be kept and given back", async (t) => {
  const profile = await (await fable(t)).costProfile();
  t.ok(profile.target.length > 3 && profile.draft.length > 1);
  const restored = JSON.parse(JSON.stringify(profile));
  const pair = await fable(t, { costProfile: restored, deterministic: true });
  t.strictSame(await pair.costProfile(), restored);
});

t.test("n-grams alone: no second model, and repeated text is drafted", async (t) => {
  const pair = await fable(t, { draft: { type: "ngram", policy: "fixed", maxTokens: 8 } });
  t.equal(pair.draft, null);
  const story = "The fox and the hen went to the market. The fox and the hen went to the";
  const plain = await pair.complete(story, { maxTokens: 40, draft: false });
  const drafted = await pair.complete(story, { maxTokens: 40 });
  t.strictSame(ids(drafted), ids(plain));
  t.ok(drafted.stats.accepted > 0);
  t.equal(drafted.stats.draftPasses, 0);
});

t.test("a history makes the second time cheaper", async (t) => {
  const pair = await fable(t, {
    draft: { type: "ngram", policy: "fixed", maxTokens: 8, historyTokens: 10000 },
  });
  const first = await pair.complete("The old king", { maxTokens: 60 });
  const second = await pair.complete("The old king", { maxTokens: 60 });
  t.strictSame(ids(second), ids(first));
  t.ok(second.stats.rounds < first.stats.rounds / 2, `${second.stats.rounds} of ${first.stats.rounds}`);
});
