import t from "tap";
import { compareVocabularies } from "../../lib/compatibility.js";
import { vocabulary } from "../helpers/vocabulary.js";

t.test("the same vocabulary is identical", async (t) => {
  t.strictSame(compareVocabularies(vocabulary(), vocabulary()), {
    verdict: "identical",
    mismatches: [],
    comparedTokens: 1000,
    differingTokens: 0,
    reasons: [],
    fix: null,
  });
});

for (const [targetSize, draftSize] of [
  [1000, 1128],
  [1128, 1000],
] as const) {
  t.test(`a tail of 128 rows is padding: ${targetSize} and ${draftSize}`, async (t) => {
    const found = compareVocabularies(vocabulary({ size: targetSize }), vocabulary({ size: draftSize }));
    t.equal(found.verdict, "usable with padding");
    t.strictSame(found.mismatches, [
      { kind: "vocabulary-size", target: targetSize, draft: draftSize, padding: true },
    ]);
    t.equal(found.comparedTokens, 1000);
    t.strictSame(found.reasons, [
      `the target has ${targetSize} tokens, the draft ${draftSize} (padding, tolerated)`,
    ]);
    t.equal(found.fix, null);
  });
}

t.test("a tail of 129 rows is not", async (t) => {
  const found = compareVocabularies(vocabulary(), vocabulary({ size: 1129 }));
  t.equal(found.verdict, "incompatible");
  t.match(found.mismatches, [{ kind: "vocabulary-size", padding: false }]);
  t.match(found.fix, /model family/);
});

t.test("padding does not excuse a differing token", async (t) => {
  const found = compareVocabularies(vocabulary(), vocabulary({ size: 1064, texts: { 999: "other" } }));
  t.equal(found.verdict, "incompatible");
  t.strictSame(
    found.mismatches.map((m) => m.kind),
    ["vocabulary-size", "token-text"],
  );
});

t.test("types differ", async (t) => {
  const found = compareVocabularies(vocabulary({ type: "bpe" }), vocabulary({ type: "spm" }));
  t.equal(found.verdict, "incompatible");
  t.strictSame(found.mismatches, [{ kind: "vocabulary-type", target: "bpe", draft: "spm" }]);
  t.strictSame(found.reasons, ["the target's vocabulary is of type bpe, the draft's of type spm"]);
});

t.test("BOS and EOS differ", async (t) => {
  const found = compareVocabularies(vocabulary({ bos: 1, eos: 2 }), vocabulary({ bos: -1, eos: 3 }));
  t.equal(found.verdict, "incompatible");
  t.strictSame(found.mismatches, [
    { kind: "special-token", name: "bos", target: 1, draft: -1 },
    { kind: "special-token", name: "eos", target: 2, draft: 3 },
  ]);
  t.strictSame(found.reasons, [
    "the BOS token is 1 in the target, absent in the draft",
    "the EOS token is 2 in the target, 3 in the draft",
  ]);
  t.match(found.fix, /only the special ones differ/);
});

t.test("one adds BOS, the other does not", async (t) => {
  const found = compareVocabularies(vocabulary({ addBos: true }), vocabulary({ addBos: false }));
  t.equal(found.verdict, "incompatible");
  t.strictSame(found.mismatches, [{ kind: "add-bos", target: true, draft: false }]);
  t.strictSame(found.reasons, ["the target starts texts with BOS, the draft does not"]);
});

t.test("one token's text differs", async (t) => {
  const found = compareVocabularies(vocabulary(), vocabulary({ texts: { 7: "seven" } }));
  t.equal(found.verdict, "incompatible");
  t.strictSame(found.mismatches, [{ kind: "token-text", id: 7, target: "token 7", draft: "seven" }]);
  t.strictSame(found.reasons, ['token 7 is "token 7" in the target, "seven" in the draft']);
});

t.test("many differing tokens are listed to the limit and counted to the end", async (t) => {
  const size = 20000; // several chunks
  const [target, draft] = [
    vocabulary({ size }),
    vocabulary({ size, text: (id) => (id % 2 ? `token ${id}` : `other ${id}`) }),
  ];
  const found = compareVocabularies(target, draft);
  t.equal(found.differingTokens, 10000);
  t.strictSame(
    found.mismatches.map((m) => m.kind === "token-text" && m.id),
    Array.from({ length: 16 }, (_, i) => 2 * i),
  );
  t.equal(found.reasons.at(-1), "9984 more of 20000 tokens differ in their text");
  t.equal(compareVocabularies(target, draft, 0).mismatches.length, 0);
  t.equal(compareVocabularies(target, draft, 0).verdict, "incompatible");
});
