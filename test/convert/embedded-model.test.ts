/** The embedded draft from its checkpoint: the converter makes the file that is shipped, tensor for tensor. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import t from "tap";
import { convertCheckpoint, loadPair } from "../../lib/index.js";
import { parse } from "../helpers/gguf.js";

const CHECKPOINT = fileURLToPath(new URL("../fixtures/fable-1m", import.meta.url));
const SHIPPED = fileURLToPath(new URL("../../models/fable-1m.f16.gguf", import.meta.url));

t.test("the same tensors and the same tokenizer", async (t) => {
  const { path } = await convertCheckpoint({ from: CHECKPOINT, to: `${t.testdir()}/fable-1m.gguf` });
  const converted = parse(readFileSync(path));
  const shipped = parse(readFileSync(SHIPPED));
  const byName = (tensors: typeof shipped.tensors) => new Map(tensors.map((tensor) => [tensor.name, tensor]));
  const mine = byName(converted.tensors);
  t.strictSame([...mine.keys()].sort(), [...byName(shipped.tensors).keys()].sort());
  for (const { name, dimensions, type, data } of shipped.tensors) {
    const own = mine.get(name);
    t.strictSame([own?.dimensions, own?.type], [dimensions, type], name);
    t.ok(own?.data.equals(data), `${name}: the same bytes`);
  }
  for (const key of ["tokens", "merges", "token_type", "pre", "model", "eos_token_id", "bos_token_id"]) {
    const full = `tokenizer.ggml.${key}`;
    t.ok(converted.metadata.get(full)?.equals(shipped.metadata.get(full) ?? Buffer.alloc(0)), full);
  }
});

t.test("it drafts for the embedded target", async (t) => {
  const { path } = await convertCheckpoint({ from: CHECKPOINT, to: `${t.testdir()}/fable-1m.gguf` });
  const pair = await loadPair({ target: "fable-17m", draft: path, threads: 1 });
  t.teardown(() => pair.close());
  t.equal(pair.compatibility?.verdict, "identical");
  const { stats } = await pair.complete("Once upon a time", {
    maxTokens: 40,
    draft: { policy: "fixed", maxTokens: 3 },
  });
  t.ok(stats.accepted > 0);
});
