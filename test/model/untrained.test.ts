/** scripts/dialled-pair.mjs --untrained: real shapes whose logits depend on every token before. */
import t from "tap";
import { loadPair } from "../../lib/index.js";
import { untrainedModel } from "../../scripts/dialled/untrained.mjs";
import { writeModel } from "../../scripts/dialled/write-model.mjs";
import { run } from "../helpers/child.js";

const TINY = { layers: 2, heads: 4, feedForward: 512 };
const SHAPES = [
  { name: "neox", graph: "gptneox", hidden: 256, ...TINY },
  { name: "opt", graph: "opt", hidden: 256, word: 128, ...TINY },
  { name: "codegen", graph: "phi2", hidden: 256, ...TINY },
] as const;

for (const shape of SHAPES) {
  t.test(`${shape.name}: the first token of three changes what follows`, async (t) => {
    const model = untrainedModel(shape, { vocabulary: 1024, context: 128 });
    const { path } = await writeModel(t.testdir(), model);
    const pair = await loadPair({ target: path, draft: false, threads: 1 });
    t.teardown(() => pair.close());
    const likeliest = async (first: number) => {
      const { tokens } = await pair.complete([first, 7, 9], { maxTokens: 1, ignoreEnd: true, logprobs: 1 });
      return tokens[0]?.logprob;
    };
    t.type(await likeliest(1), "number");
    t.equal(await likeliest(1), await likeliest(1));
    t.not(await likeliest(1), await likeliest(2));
  });
}

t.test("the command makes both models of a preset", async (t) => {
  const args = ["--preset", "tiny", "--untrained", "--out", t.testdir()];
  const { code, stdout, stderr } = await run("scripts/dialled-pair.mjs", args);
  t.equal(code, 0, stderr);
  t.match(stdout, /tiny-target-untrained-s1\.f16\.gguf\n.*tiny-draft-untrained-s1\.f16\.gguf\n$/);
});
