/** Dialled pairs in the graphs of OPT and of CodeGen: the text is laid out alike, plain and speculative. */
import t from "tap";
import { loadPair } from "../../lib/index.js";
import { writeDialledPair } from "../../scripts/dialled/pair.mjs";
import { PRESETS, preset } from "../../scripts/dialled/presets.mjs";
import { ids } from "../helpers/fable.js";

const TINY = { layers: 2, heads: 4, feedForward: 512 };

const SHAPES = {
  "OPT with norms before": {
    target: { name: "opt-before", graph: "opt", hidden: 256, ...TINY },
    draft: { name: "opt-before-draft", graph: "opt", hidden: 128, ...TINY },
  },
  "OPT with norms after and narrow token vectors, its draft with norms before": {
    target: { name: "opt-after", graph: "opt", hidden: 512, word: 256, ...TINY },
    draft: { name: "opt-after-draft", graph: "opt", hidden: 128, ...TINY },
  },
  CodeGen: {
    target: { name: "codegen", graph: "phi2", hidden: 256, rotary: 32, ...TINY },
    draft: { name: "codegen-draft", graph: "phi2", hidden: 128, rotary: 16, ...TINY },
  },
} as const;

for (const [name, shape] of Object.entries(SHAPES)) {
  t.test(name, async (t) => {
    const made = await writeDialledPair(t.testdir(), {
      shape: { ...shape, vocabulary: 4096, context: 1024 },
      agreement: 0.7,
    });
    const pair = await loadPair({ target: made.target, draft: made.draft, threads: 1, deterministic: true });
    t.teardown(() => pair.close());
    const [start = 0] = made.starts;
    const options = { maxTokens: 512, ignoreEnd: true };
    for (const draft of [false, { policy: "adaptive" }, { policy: "fixed", maxTokens: 4 }] as const) {
      const completion = await pair.complete([start], { ...options, draft });
      t.strictSame(ids(completion), made.walk(start, 512));
      if (draft !== false && draft.policy === "fixed")
        t.ok(Math.abs((completion.stats.agreement ?? 0) - 0.7) <= 0.005, `${completion.stats.agreement}`);
    }
  });
}

t.test("presets of the report's families have their graphs", async (t) => {
  t.match(preset("opt"), { target: { graph: "opt", word: 512 }, draft: { graph: "opt" } });
  t.match(preset("codegen-2b"), { target: { graph: "phi2", rotary: 64 } });
  for (const { target, draft } of Object.values(PRESETS)) t.equal(target.graph, draft.graph);
});
