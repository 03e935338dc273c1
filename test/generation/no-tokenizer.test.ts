/** A GGUF file without a tokenizer: token ids work, texts are a typed error, nothing aborts the process. */
import { join } from "node:path";
import t from "tap";
import { loadPair } from "../../lib/index.js";
import { rewrite, text, uint32 } from "../helpers/gguf.js";

t.test("generates from token ids and refuses texts", async (t) => {
  const model = rewrite("fable-1m", join(t.testdir(), "bare.gguf"), ({ metadata }) => {
    for (const key of metadata.keys()) if (key.startsWith("tokenizer.")) metadata.delete(key);
    metadata.set("tokenizer.ggml.model", text("no_vocab"));
    metadata.set("gptneox.vocab_size", uint32(4096));
  });
  const pair = await loadPair({ target: model, draft: model, threads: 1 });
  t.teardown(() => pair.close());
  const { tokens, text: written } = await pair.complete([612, 548, 260], { maxTokens: 8 });
  t.equal(tokens.length, 8);
  t.equal(written, "");
  t.throws(() => pair.tokenize("hello"), { code: "MODEL_VOCABULARY_MISSING" });
  await t.rejects(pair.complete("hello"), { code: "MODEL_VOCABULARY_MISSING" });
});
