/** Pairs with known next-token probabilities: what they say, and that the engine reads the same from the files. */
import t from "tap";
import { loadPair } from "../../lib/index.js";
import {
  KNOWN_VARIANTS,
  knownDistribution,
  writeKnownPair,
} from "../../scripts/dialled/known-distribution.mjs";
import { ids } from "../helpers/fable.js";

const mostLikely = (probabilities: number[]) => probabilities.indexOf(Math.max(...probabilities));

for (const draft of KNOWN_VARIANTS) {
  for (const vocabulary of [6, 31]) {
    t.test(`${draft} draft of ${vocabulary} tokens: greedy text is the likeliest`, async (t) => {
      const made = await writeKnownPair(t.testdir(), { vocabulary, seed: 5, draft });
      const models = [
        { target: made.target, draft: made.draft, probabilities: made.targetProbabilities },
        { target: made.draft, draft: made.target, probabilities: made.draftProbabilities },
      ];
      for (const { probabilities, ...paths } of models) {
        t.ok(probabilities.every((after) => Math.abs(after.reduce((a, b) => a + b, 0) - 1) < 1e-12));
        const pair = await loadPair({ ...paths, threads: 1 });
        for (let token = 0; token < vocabulary; token++) {
          const [likeliest = 0, second = 0] = (probabilities[token] ?? []).toSorted((a, b) => b - a);
          if (likeliest - second < 1e-4) continue;
          const text = ids(await pair.complete([token], { maxTokens: 2, ignoreEnd: true }));
          t.equal(text[0], mostLikely(probabilities[token] ?? []));
        }
        await pair.close();
      }
    });
  }
}

t.test("variants differ as they say", async (t) => {
  const vocabulary = 12;
  for (let token = 0; token < vocabulary; token++) {
    const of = (draft: string) => {
      const both = knownDistribution({ vocabulary, seed: 2, draft });
      return { p: both.target[token] ?? [], q: both.draft[token] ?? [] };
    };
    const overlap = ({ p, q }: { p: number[]; q: number[] }) =>
      p.reduce((sum, x, w) => sum + Math.min(x, q[w] ?? 0), 0);
    t.strictSame(of("equal").p, of("equal").q);
    t.ok(overlap(of("close")) > 0.69);
    t.ok(overlap(of("close")) < 1);
    t.ok(overlap(of("disjoint")) < 0.15);
    const reversed = of("reversed");
    t.equal(mostLikely(reversed.p), mostLikely(reversed.q.map((x) => -x)));
    const missing = of("missing");
    t.equal(missing.q.filter((x) => x < 1e-9).length, 4);
    t.equal(missing.p.filter((x) => x < 1e-9).length, 4);
    const flatter = of("flatter");
    t.ok(Math.max(...flatter.q) < Math.max(...flatter.p));
  }
});

t.test("refuses what it cannot make", async (t) => {
  const refused: [object, RegExp][] = [
    [{ vocabulary: 64, draft: "equal" }, /integer from 3 to 63 for vocabulary but received 64/],
    [{ vocabulary: 8.5, draft: "equal" }, /for vocabulary but received 8.5/],
    [{ vocabulary: 8, draft: "odd" }, /one of equal, close, .* for draft but received "odd"/],
    [{ vocabulary: 8, draft: "equal", seed: Number.NaN }, /for seed but received NaN/],
  ];
  for (const [options, message] of refused)
    t.throws(() => knownDistribution(options as never), { name: "InvalidArgument", message });
});
