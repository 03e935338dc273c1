import { createHook } from "node:async_hooks";
import t from "tap";
import { measureOverheads } from "../../lib/bench/overheads.js";
import type { Pair } from "../../lib/pair.js";

t.test(
  "what streaming costs is measured before a timer watches it, in a generation of its own",
  async (t) => {
    const events: string[] = [];
    const hook = createHook({ init: (_, type) => type === "ELDHISTOGRAM" && events.push("timer") }).enable();
    t.teardown(() => hook.disable());
    const completion = Promise.resolve({
      stats: { sampleUsPerRow: 2, otherMs: 1, rounds: 4, generatedTokens: 16 },
    });
    const pair = {
      complete: () => {
        events.push("complete");
        return completion;
      },
      generate: () => {
        events.push("streamed");
        return { async *[Symbol.asyncIterator]() {}, result: completion };
      },
    } as unknown as Pair;
    const overheads = await measureOverheads(pair, "Once", { stepMs: 1, budgetMs: 100 });
    t.strictSame(events, ["complete", "streamed", "timer", "streamed", "complete"]);
    t.match(overheads, { greedyUsPerRow: 2, roundUs: 250 });
  },
);
