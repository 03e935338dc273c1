/** The end of OPT's position table: the context ends there, whatever is drafted, and a longer one is refused. */
import { readFileSync } from "node:fs";
import t from "tap";
import { convertCheckpoint, loadPair, type Token } from "../../lib/index.js";
import { type Checkpoint, writeCheckpoint } from "../helpers/checkpoint.js";
import { opt } from "../helpers/families/opt.js";
import { type Family, SMALL, VOCABULARY } from "../helpers/families/sizes.js";
import { encoded } from "../helpers/floats.js";
import { parse } from "../helpers/gguf.js";
import type { Tensor } from "../helpers/weights.js";

const SIZE = SMALL.positions;

async function converted(
  folder: string,
  family: string | Family,
  seed = 1,
): Promise<Checkpoint & { path: string }> {
  const checkpoint = writeCheckpoint(`${folder}/${seed}`, family, { seed });
  const { path } = await convertCheckpoint({ from: checkpoint.folder, to: `${checkpoint.folder}.gguf` });
  return { ...checkpoint, path };
}

const promptOf = (length: number) => Array.from({ length }, (_, i) => (i * 37 + 11) % VOCABULARY);
/** Tokens and, to the bit, what the others' probabilities were. */
const distributions = (tokens: readonly Token[]) =>
  tokens.map(({ id, topLogprobs }) => ({ id, topLogprobs }));
const ids = (tokens: readonly { id: number }[]) => tokens.map(({ id }) => id);

for (const family of ["opt", "opt, norm after, projections"]) {
  t.test(`${family}: the text is the target's own up to the last position`, async (t) => {
    const folder = t.testdir();
    const { path } = await converted(folder, family);
    const other = await converted(folder, family, 2);
    for (const draft of [path, other.path]) {
      const pair = await loadPair({ target: path, draft, contextSize: SIZE, threads: 1 });
      t.teardown(() => pair.close());
      for (const K of [1, 4, 8]) {
        for (let length = SIZE - K - 1; length < SIZE; length++) {
          const prompt = promptOf(length);
          const options = { maxTokens: 2 * SIZE, ignoreEnd: true, logprobs: VOCABULARY };
          const baseline = await pair.complete(prompt, { ...options, draft: false });
          const drafted = await pair.complete(prompt, {
            ...options,
            draft: { policy: "fixed", maxTokens: K },
          });
          const what = `${length} tokens, ${K} drafted`;
          t.strictSame(distributions(drafted.tokens), distributions(baseline.tokens), what);
          t.equal(length + drafted.tokens.length, SIZE, `${what}: the whole context`);
          t.strictSame([drafted.finishReason, baseline.finishReason], ["context", "context"], what);
          t.equal(drafted.stats.proposed > 0, length < SIZE - 1, `${what}: drafts wherever there is room`);
        }
      }
    }
  });
}

t.test("a draft of fewer positions drafts up to its own end", async (t) => {
  const folder = t.testdir();
  const { path } = await converted(folder, "opt");
  const short = await converted(folder, opt({ positions: 40 }), 2);
  const pair = await loadPair({ target: path, draft: short.path, contextSize: SIZE, threads: 1 });
  t.teardown(() => pair.close());
  const complete = (draft: false | { policy: "fixed"; maxTokens: number }) =>
    pair.complete(promptOf(20), { maxTokens: SIZE, ignoreEnd: true, draft });
  const baseline = await complete(false);
  const drafted = await complete({ policy: "fixed", maxTokens: 4 });
  t.strictSame(ids(drafted.tokens), ids(baseline.tokens));
  t.equal(drafted.finishReason, "context");
  t.ok(drafted.stats.proposed > 0 && drafted.stats.proposed <= 4 * 20);
});

t.test("a longer context is refused, and a prompt that fills it", async (t) => {
  const { path } = await converted(t.testdir(), "opt");
  await t.rejects(loadPair({ target: path, draft: false, contextSize: SIZE + 1 }), {
    code: "CONTEXT_TOO_LARGE",
    message: new RegExp(`${SIZE} tokens, ${SIZE + 1} were asked for`),
  });
  const pair = await loadPair({ target: path, draft: false });
  t.teardown(() => pair.close());
  await t.rejects(pair.complete(promptOf(SIZE)), { code: "PROMPT_TOO_LONG" });
});

t.test("the two rows before the first position are left out, and no other", async (t) => {
  const { path, tensors } = await converted(t.testdir(), "opt");
  const { values } = tensors.get("model.decoder.embed_positions.weight") as Tensor;
  const table = parse(readFileSync(path)).tensors.find(({ name }) => name === "position_embd.weight");
  t.ok(table?.data.equals(encoded(values.slice(2 * SMALL.hidden), "F16")));
});
