import { join } from "node:path";
import t from "tap";
import { promptSet } from "../../lib/bench/prompt-sets.js";

t.test("prompts of one name are told apart", async (t) => {
  const named = (name: string) => JSON.stringify({ name, text: "Once" });
  const folder = t.testdir({
    "prompts.jsonl": ["a", "b", "a", "a (2)", "a"].map(named).join("\n"),
  });
  const prompts = await promptSet(join(folder, "prompts.jsonl"));
  t.strictSame(
    prompts.map(({ name }) => name),
    ["a", "b", "a (2)", "a (2) (2)", "a (3)"],
  );
});
