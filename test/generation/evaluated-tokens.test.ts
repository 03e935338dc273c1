import t from "tap";
import { estimateMemory, type Pair } from "../../lib/index.js";
import { fable, prompts } from "../helpers/fable.js";

/**
 * The target evaluates its prompt but the last token once, then in each round that token and the draft. What a round
 * rejected is evaluated again only as new text, never the accepted part.
 */
t.test("the target evaluates nothing twice", async (t) => {
  const pair = await fable(t);
  for (const draftLength of [0, 1, 3, 8]) {
    const { stats } = await pair.complete("Once upon a time there was", {
      maxTokens: 40,
      draft: { policy: "fixed", maxTokens: draftLength },
      ignoreEnd: true,
      cachePrompt: false,
    });
    t.equal(
      stats.targetTokens,
      stats.promptTokens - 1 + stats.rounds + stats.proposed,
      `draft length ${draftLength}`,
    );
    t.equal(stats.targetPasses, 1 + stats.rounds, `draft length ${draftLength}`);
  }
});

t.test("texts of ended generations stay within promptCacheBytes, the longest unused go first", async (t) => {
  const size = { target: "fable-17m", draft: "fable-1m", contextSize: 256, maxSequences: 2 };
  const { devices } = await estimateMemory(size);
  const bytes = devices.reduce((all, { target, draft }) => all + target.cache + (draft?.cache ?? 0), 0);
  const texts = ["Once upon a time there was", "The king said to the fox", "A ship sailed out"];
  const cached = async (pair: Pair, text: string) =>
    (await pair.complete(text, { maxTokens: 10, ignoreEnd: true })).stats.cachedTokens;
  for (const [cells, expected] of [
    [0, [false, false, false]],
    [40, [false, true, true]],
    [256, [true, true, true]],
  ] as const) {
    const pair = await fable(t, { ...size, promptCacheBytes: Math.ceil((bytes / 512) * cells) });
    for (const text of texts) await cached(pair, text);
    // The last first: what is asked again takes room again.
    const found = [];
    for (const text of texts.toReversed()) found.unshift((await cached(pair, text)) > 0);
    t.strictSame(found, expected, `${cells} tokens`);
  }
  await t.rejects(fable(t, { promptCacheBytes: -1 }), { code: "OPTION_INVALID" });
});

/**
 * The draft's cache keeps the common prefix of what it evaluated and what was committed, so over a generation it evaluates
 * the committed text once and, per round, its own tokens but the last, of which the accepted ones stay.
 */
t.test("the draft's cache is kept over rounds", async (t) => {
  const pair = await fable(t);
  for (const prompt of prompts.slice(0, 6)) {
    for (const draftLength of [1, 2, 3, 8]) {
      const { tokens, stats } = await pair.complete(prompt, {
        maxTokens: 40,
        draft: { policy: "fixed", maxTokens: draftLength },
        ignoreEnd: true,
        cachePrompt: false,
      });
      t.equal(
        stats.draftTokens,
        expectedDraftTokens(
          stats.promptTokens,
          draftLength,
          tokens.map((x) => x.origin),
          40,
        ),
        prompt,
      );
    }
  }
});

/** Replays the rounds from the tokens' origins, with two lengths only: committed and evaluated. */
function expectedDraftTokens(
  promptTokens: number,
  draftLength: number,
  origins: string[],
  maxTokens: number,
): number {
  let [committed, evaluated, total, i] = [promptTokens, 0, 0, 0];
  while (i < origins.length) {
    let accepted = 0;
    while (origins[i + accepted] === "draft") accepted++;
    const proposed = Math.min(draftLength, maxTokens - i - 1);
    if (proposed > 0) {
      total += committed - evaluated + proposed - 1;
      evaluated = committed + Math.min(accepted, proposed - 1);
    }
    committed += accepted + 1;
    i += accepted + 1;
  }
  return total;
}
