/** Drafts of another vocabulary, retokenised: the text stays the target's own, and the drafts are still good. */
import t, { type Test } from "tap";
import { checkPair, loadPair, type Pair } from "../../lib/index.js";
import { fable, ids, prompts } from "../helpers/fable.js";
import { forgetMerges, reverseVocabulary, toSentencePiece } from "../helpers/foreign-vocabulary.js";
import { editTexts, type Gguf, rewrite, text, uint32 } from "../helpers/gguf.js";

const UNUSUAL = [
  "狐狸 and the 🦊 said 你好",
  "naïve café e\u0301",
  "1 2 3  4\t5\n\n\n6",
  "The",
  "<|endoftext|>",
  "\u{1F468}\u200d\u{1F469}",
];

/** By what is different, and how often its drafts agree at least where the embedded draft agrees three times of four. */
const FOREIGN: Record<string, { edit: (gguf: Gguf) => void; agreement: number }> = {
  "other ids": { edit: reverseVocabulary, agreement: 0.7 },
  "other ids and splits": { edit: forgetful, agreement: 0.7 },
  "a SentencePiece tokenizer": { edit: toSentencePiece, agreement: 0.7 },
};

function forgetful(gguf: Gguf): void {
  reverseVocabulary(gguf);
  forgetMerges(gguf, 1500);
}

async function foreignPair(t: Test, edit: (gguf: Gguf) => void): Promise<Pair> {
  const model = rewrite("fable-1m", `${t.testdir()}/foreign.gguf`, edit);
  return fable(t, { draft: { model, crossVocabulary: true }, deterministic: true });
}

for (const [name, { edit, agreement }] of Object.entries(FOREIGN)) {
  t.test(
    `a draft with ${name}: greedy text is the target's own, whatever decides how far drafts go`,
    async (t) => {
      const pair = await foreignPair(t, edit);
      t.equal(pair.compatibility?.verdict, "incompatible");
      for (const prompt of [...prompts.slice(0, 4), ...UNUSUAL]) {
        const options = { maxTokens: 48, ignoreEnd: true };
        const plain = await pair.complete(prompt, { ...options, draft: false });
        for (const draft of [
          { policy: "adaptive" },
          { policy: "fixed", maxTokens: 5 },
          { policy: "confidence" },
        ] as const) {
          const drafted = await pair.complete(prompt, { ...options, draft });
          t.strictSame(ids(drafted), ids(plain), `${JSON.stringify(prompt)}, ${draft.policy}`);
          t.equal(drafted.text, plain.text);
        }
      }
    },
  );

  t.test(`a draft with ${name} agrees as one of the target's vocabulary would, nearly`, async (t) => {
    const pair = await foreignPair(t, edit);
    let [accepted, corrections] = [0, 0];
    for (const prompt of prompts.slice(0, 6)) {
      const { stats } = await pair.complete(prompt, {
        maxTokens: 64,
        draft: { policy: "fixed", maxTokens: 3 },
      });
      accepted += stats.accepted;
      corrections += stats.corrections;
    }
    const found = accepted / (accepted + corrections);
    t.ok(found > agreement, `agreement ${found.toFixed(2)}`);
  });
}

t.test("sampled text is the target's own by sample-and-match, with a grammar too", async (t) => {
  const pair = await foreignPair(t, reverseVocabulary);
  for (const grammar of [undefined, 'root ::= ("yes" | "no" | " maybe" | [a-z ]){8,}']) {
    const options = {
      maxTokens: 40,
      temperature: 0.9,
      seed: 11,
      verification: "sample-match",
      ...(grammar === undefined ? {} : { grammar }),
    } as const;
    const plain = await pair.complete("The answer is", { ...options, draft: false });
    const drafted = await pair.complete("The answer is", {
      ...options,
      draft: { policy: "fixed", maxTokens: 4 },
    });
    t.strictSame(ids(drafted), ids(plain));
    t.ok(drafted.stats.proposed > 0);
  }
});

t.test("other rules take retokenised drafts at high temperatures", async (t) => {
  const pair = await foreignPair(t, toSentencePiece);
  for (const verification of ["rejection", "block"] as const) {
    const { stats, tokens } = await pair.complete("The fox", {
      maxTokens: 64,
      temperature: 1,
      verification,
      seed: 3,
    });
    t.equal(stats.corrections + stats.bonuses, stats.rounds);
    t.ok(tokens.length > 0);
  }
});

t.test("the draft's end of text is proposed as the target's", async (t) => {
  const pair = await foreignPair(t, reverseVocabulary);
  const options = { maxTokens: 400, stop: [] };
  const plain = await pair.complete("The end.", { ...options, draft: false });
  const drafted = await pair.complete("The end.", { ...options, draft: { policy: "fixed", maxTokens: 6 } });
  t.strictSame([ids(drafted), drafted.finishReason], [ids(plain), plain.finishReason]);
});

t.test("beside n-grams", async (t) => {
  const model = rewrite("fable-1m", `${t.testdir()}/foreign.gguf`, reverseVocabulary);
  const pair = await fable(t, {
    draft: { type: "combined", model, crossVocabulary: true },
    deterministic: true,
  });
  const options = { maxTokens: 64, ignoreEnd: true };
  const plain = await pair.complete("one two three one two three one", { ...options, draft: false });
  t.strictSame(ids(await pair.complete("one two three one two three one", options)), ids(plain));
});

t.test("a vocabulary that is the target's is not retokenised", async (t) => {
  const pair = await fable(t, { draft: { model: "fable-1m", crossVocabulary: true } });
  t.equal(pair.compatibility?.verdict, "identical");
});

t.test("a file without a tokenizer cannot be retokenised", async (t) => {
  const model = rewrite("fable-1m", `${t.testdir()}/bare.gguf`, ({ metadata }) => {
    for (const key of metadata.keys()) if (key.startsWith("tokenizer.")) metadata.delete(key);
    metadata.set("tokenizer.ggml.model", text("no_vocab"));
    metadata.set("gptneox.vocab_size", uint32(4096));
  });
  const pair = loadPair({ target: "fable-17m", draft: { model, crossVocabulary: true } });
  await t.rejects(pair, { code: "MODEL_VOCABULARY_MISSING" });
});

t.test("it has to be asked for, and the refusal says so", async (t) => {
  const draft = rewrite("fable-1m", `${t.testdir()}/foreign.gguf`, (gguf) =>
    editTexts(gguf, (texts) => texts.with(300, "Ġotherwise")),
  );
  await t.rejects(loadPair({ target: "fable-17m", draft }), {
    code: "VOCABULARIES_INCOMPATIBLE",
    message: /draft\.crossVocabulary: true/,
  });
  t.match((await checkPair({ target: "fable-17m", draft })).fix, /draft\.crossVocabulary: true/);
});
