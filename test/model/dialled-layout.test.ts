/** What dialled pairs are built on: successors, agreement and classes, without a model. */
import t from "tap";
import { layOutAgreement } from "../../scripts/dialled/agreement.mjs";
import { startPositions, successors, WINDOW, walk } from "../../scripts/dialled/successors.mjs";

const VOCABULARY = 50304;

function layOut(agreement: number, information = 0.6, vocabulary = VOCABULARY, cycle = 0) {
  const target = successors({ vocabulary, seed: 3, cycle });
  const draft = layOutAgreement({ cycles: target.cycles, agreement, information, seed: 3 });
  const agrees = (token: number) => target.next[token] === draft.next[token];
  return { target, draft, agrees };
}

const mean = (values: boolean[]) => values.filter(Boolean).length / values.length;

t.test("no text repeats itself before it has seen the whole vocabulary", async (t) => {
  const { next, starts } = successors({ vocabulary: VOCABULARY, seed: 3 });
  t.equal(starts.length, 16);
  t.equal(new Set(walk(next, starts[0] ?? 0, VOCABULARY)).size, VOCABULARY);
  const seen = new Set(starts.flatMap((start) => walk(next, start, WINDOW)));
  t.equal(seen.size, starts.length * WINDOW);
});

t.test("a cycle is cut off, the rest is another", async (t) => {
  const { next, starts } = successors({ vocabulary: 4096, seed: 3, cycle: 200 });
  const cycle = new Set(walk(next, starts[0] ?? 0, 200));
  t.equal(cycle.size, 200);
  t.equal(starts.length, 8);
  t.ok(starts.every((start) => cycle.has(start)));
  const outside = next.findIndex((_, token) => !cycle.has(token));
  t.equal(new Set(walk(next, outside, 4096)).size, 4096 - 200);
});

t.test("small vocabularies have fewer starts", async (t) => {
  t.equal(startPositions(4096).length, 8);
  t.equal(startPositions(2000).length, 3);
  t.equal(startPositions(1023).length, 1);
});

for (const agreement of [0, 0.03, 0.1, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 0.99, 1]) {
  t.test(`agreement of ${agreement} along the text and within the classes`, async (t) => {
    const { target, draft, agrees } = layOut(agreement);
    t.equal(new Set(draft.next).size, VOCABULARY, "a permutation");
    for (const start of target.starts) {
      const before = [start, ...walk(target.next, start, WINDOW - 1)];
      t.ok(Math.abs(mean(before.map(agrees)) - agreement) <= 0.005);
    }
    const tokens = [...draft.next.keys()];
    t.ok(Math.abs(mean(tokens.map(agrees)) - agreement) < 1e-3);
    for (const [i, class_] of draft.classes.entries()) {
      const members = tokens.filter((token) => draft.classOf[token] === i);
      t.ok(Math.abs(members.length / VOCABULARY - class_.share) < 1e-3, class_.name);
      t.ok(Math.abs(mean(members.map(agrees)) - class_.agreement) < 0.03, class_.name);
    }
  });
}

t.test("runs of agreeing tokens are as long as independent draws would make them", async (t) => {
  const agreement = 0.8;
  const { target, agrees } = layOut(agreement);
  const bits = target.starts.flatMap((start) => [start, ...walk(target.next, start, WINDOW - 1)].map(agrees));
  for (const length of [1, 2, 4, 8, 12]) {
    const runs = bits.slice(length - 1).map((_, i) => bits.slice(i, i + length).every(Boolean));
    t.ok(Math.abs(mean(runs) - agreement ** length) < 0.02, `${length}: ${mean(runs)}`);
  }
});

t.test("one class where confidence is to tell nothing", async (t) => {
  const { draft } = layOut(0.7, 0);
  t.strictSame(draft.classes, [{ name: "all", share: 1, agreement: 0.7 }]);
});

t.test("a single disagreement is not possible, two are", async (t) => {
  const { draft, target } = layOut(0.95, 0, 20);
  t.equal(draft.next.filter((successor, token) => successor !== target.next[token]).length, 2);
});
