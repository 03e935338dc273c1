/** Dialled pairs in the engine: the text is the walk that was laid out, the draft agrees as often as was dialled. */
import { statSync } from "node:fs";
import t, { type Test } from "tap";
import { loadPair } from "../../lib/index.js";
import { writeDialledPair } from "../../scripts/dialled/pair.mjs";
import { WINDOW } from "../../scripts/dialled/successors.mjs";
import { ids } from "../helpers/fable.js";

const folder = t.testdir();

async function dialled(t: Test, options: { agreement: number; cycle?: number; information?: number }) {
  const made = await writeDialledPair(folder, { shape: "tiny", ...options });
  const pair = await loadPair({
    target: made.target,
    draft: { model: made.draft, policy: "fixed", maxTokens: 4 },
    threads: 1,
  });
  t.teardown(() => pair.close());
  return { ...made, pair };
}

for (const { agreement, starts: count } of [
  { agreement: 0.9, starts: 8 },
  { agreement: 0.5, starts: 2 },
  { agreement: 0, starts: 1 },
  { agreement: 1, starts: 1 },
]) {
  t.test(`writes the walk and agrees on ${agreement} of it`, async (t) => {
    const { pair, starts, walk, agreements } = await dialled(t, { agreement });
    t.ok(starts.length >= 8);
    for (const [i, start] of starts.slice(0, count).entries()) {
      const completion = await pair.complete([start], { maxTokens: WINDOW, ignoreEnd: true });
      t.strictSame(ids(completion), walk(start, WINDOW));
      // Rounds do not reach the tokens after a fully accepted draft; the layout keeps the others at the dial, too.
      t.ok(
        Math.abs((completion.stats.agreement ?? -1) - agreement) <= 0.005,
        `${completion.stats.agreement}`,
      );
      t.ok(Math.abs((agreements[i] ?? -1) - agreement) <= 0.005);
    }
  });
}

t.test("a longer prompt changes nothing: only its last token counts", async (t) => {
  const { pair, starts, walk } = await dialled(t, { agreement: 0.9 });
  const [start = 0] = starts;
  const prompt = [7, 7, 7, start, ...walk(start, 100)];
  const completion = await pair.complete(prompt, { maxTokens: 100, ignoreEnd: true });
  t.strictSame(ids(completion), walk(start, 200).slice(100));
});

t.test("a target that repeats itself after 200 tokens", async (t) => {
  const { pair, starts, walk } = await dialled(t, { agreement: 0.9, cycle: 200 });
  const [start = 0] = starts;
  const completion = await pair.complete([start], { maxTokens: WINDOW, ignoreEnd: true });
  const text = ids(completion);
  t.strictSame(text, walk(start, WINDOW));
  t.strictSame(text.slice(200), text.slice(0, -200));
  t.equal(new Set(text).size, 200);
  t.equal(text[199], start);
});

t.test("files are kept, and one target serves all agreements", async (t) => {
  const own = t.testdir();
  const write = (agreement: number) => writeDialledPair(own, { shape: "tiny", agreement });
  const first = await write(0.5);
  const times = () => [first.target, first.draft].map((path) => statSync(path).mtimeMs);
  const before = times();
  await write(0.5);
  const other = await write(1);
  t.strictSame(times(), before);
  t.equal(other.target, first.target);
  t.not(other.draft, first.draft);
});
