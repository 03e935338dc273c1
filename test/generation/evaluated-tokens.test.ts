import t from "tap";
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
