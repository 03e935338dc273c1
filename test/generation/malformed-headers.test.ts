/** Headers that contradict themselves end in a typed error, where llama.cpp alone would abort or never return. */
import t from "tap";
import { loadPair } from "../../lib/index.js";
import { type Gguf, rewrite, text, uint32 } from "../helpers/gguf.js";
import { float32, int32, renameArchitecture, uint64 } from "../helpers/gguf-values.js";

const set = (name: string, value: Buffer) => (gguf: Gguf) => gguf.metadata.set(`gptneox.${name}`, value);
const tensor = (name: string, type: number, dimensions: bigint[], bytes: number) => (gguf: Gguf) => {
  const data = Buffer.alloc(bytes);
  gguf.tensors = gguf.tensors.map((old) => (old.name === name ? { name, type, dimensions, data } : old));
};
const odd = (t: { testdir: () => string }, edit: (gguf: Gguf) => void) =>
  rewrite("fable-1m", `${t.testdir()}/odd.gguf`, edit);

const refused: [name: string, edit: (gguf: Gguf) => void][] = [
  ["no layers", set("block_count", uint32(0))],
  ["a million layers", set("block_count", uint32(1_000_000))],
  ["experts that are never used", set("expert_count", uint32(4))],
  ["a rotation of no dimensions", set("rope.dimension_count", uint32(0))],
  ["a rotation of an odd number of dimensions", set("rope.dimension_count", uint32(3))],
  ["a rotation wider than a head", set("rope.dimension_count", uint32(1_000_000))],
  ["an epsilon that is no number", set("attention.layer_norm_epsilon", float32(Number.NaN))],
  ["a negative epsilon", set("attention.layer_norm_epsilon", float32(-1))],
  ["a context of another type than a number", set("context_length", text("long"))],
  ["a context that is a fraction", set("context_length", float32(512))],
  ["a context of one token", set("context_length", uint32(1))],
  ["a negative context", set("context_length", int32(-1))],
  ["a norm of integers", tensor("output_norm.weight", 26, [128n], 512)],
  ["doubles as weights", tensor("output_norm.bias", 28, [128n], 1024)],
];

for (const [name, edit] of refused) {
  t.test(`${name} is refused as target and as draft`, async (t) => {
    const model = odd(t, edit);
    const expected = { name: "ModelError", code: "MODEL_HEADER_INVALID", message: model };
    await t.rejects(loadPair({ target: model }), expected);
    await t.rejects(loadPair({ target: "fable-17m", draft: model }), expected);
  });
}

t.test("asserts of llama.cpp in making a context are errors", async (t) => {
  const model = odd(t, set("attention.key_length", uint32(1000)));
  await t.rejects(loadPair({ target: model }), {
    code: /^(CONTEXT|MODEL_LOAD)_FAILED$|^MODEL_HEADER_INVALID$/,
  });
});

t.test("the trained context may be an integer of any type", async (t) => {
  for (const value of [uint64(512), int32(512)]) {
    const pair = await loadPair({
      target: odd(t, set("context_length", value)),
      draft: "fable-1m",
      threads: 1,
    });
    t.equal(pair.target.trainedContextSize, 512);
    t.equal(pair.contextSize, 512);
    t.equal((await pair.complete("Once", { maxTokens: 4, ignoreEnd: true })).tokens.length, 4);
    await pair.close();
  }
});

const others = [
  "bert",
  "nomic-bert",
  "modern-bert",
  "gemma-embedding",
  "t5",
  "t5encoder",
  "dream",
  "llada",
  "eagle3",
];
for (const architecture of others) {
  t.test(
    `a ${architecture} model is refused as target and as draft, before its weights are loaded`,
    async (t) => {
      const model = odd(t, (gguf) => renameArchitecture(gguf, "gptneox", architecture));
      const onProgress = () => t.fail("weights were loaded");
      const expected = { name: "ModelError", code: "MODEL_CANNOT_GENERATE", message: architecture };
      await t.rejects(loadPair({ target: model, onProgress }), expected);
      await t.rejects(loadPair({ target: "fable-17m", draft: model, onProgress }), expected);
    },
  );
}

t.test("a model whose attention is not causal is refused", async (t) => {
  const model = odd(t, set("attention.causal", Buffer.from([7, 0, 0, 0, 0])));
  await t.rejects(loadPair({ target: model }), { code: "MODEL_CANNOT_GENERATE" });
});
