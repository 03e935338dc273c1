import type { Test } from "tap";
import { fable, ids, prompts } from "./fable.js";

/** Every prompt at every draft length from 0 to 16 gives the baseline's tokens. */
export async function isIdenticalToBaseline(t: Test, draft: string): Promise<void> {
  const pair = await fable(t, { draft });
  t.ok(prompts.length >= 20);
  for (const prompt of prompts) {
    const baseline = await pair.complete(prompt, { maxTokens: 40, draft: false });
    const different: number[] = [];
    for (let maxTokens = 0; maxTokens <= 16; maxTokens++) {
      const drafted = await pair.complete(prompt, { maxTokens: 40, draft: { policy: "fixed", maxTokens } });
      const same = drafted.text === baseline.text && ids(drafted).join() === ids(baseline).join();
      if (!same) different.push(maxTokens);
    }
    t.strictSame(different, [], JSON.stringify(prompt));
  }
}
