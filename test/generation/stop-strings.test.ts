import t from "tap";
import { fable } from "../helpers/fable.js";

const PROMPT = "Once upon a time there was a king";
const DRAFT_LENGTHS = [0, 1, 3, 8, 16];

t.test("the text is cut before the stop string, wherever in a round it lies", async (t) => {
  const pair = await fable(t);
  const { text } = await pair.complete(PROMPT, { maxTokens: 60, ignoreEnd: true });
  // Every stop of three characters: within tokens, across tokens, inside drafts.
  for (let at = 5; at + 3 < text.length && at < 90; at += 7) {
    const stop = text.slice(at, at + 3);
    const expected = text.slice(0, text.indexOf(stop));
    for (const maxTokens of DRAFT_LENGTHS) {
      const completion = await pair.complete(PROMPT, {
        maxTokens: 60,
        ignoreEnd: true,
        stop,
        draft: { policy: "fixed", maxTokens },
      });
      t.equal(completion.finishReason, "stop-string");
      t.equal(completion.text, expected, JSON.stringify(stop));
      t.equal(completion.tokens.map((token) => token.text).join(""), expected);
    }
  }
});

t.test("the first of several stop strings counts", async (t) => {
  const pair = await fable(t);
  const { text } = await pair.complete(PROMPT, { maxTokens: 60, ignoreEnd: true });
  const stops = [text.slice(40, 44), text.slice(20, 24), "not in the text"];
  const first = Math.min(...stops.map((stop) => text.indexOf(stop)).filter((at) => at >= 0));
  const completion = await pair.complete(PROMPT, { maxTokens: 60, ignoreEnd: true, stop: stops });
  t.equal(completion.text, text.slice(0, first));
});

t.test("what only begins like a stop string is delivered in the end", async (t) => {
  const pair = await fable(t);
  const { text } = await pair.complete(PROMPT, { maxTokens: 30, ignoreEnd: true });
  const completion = await pair.complete(PROMPT, {
    maxTokens: 30,
    ignoreEnd: true,
    stop: `${text.slice(-6)}\u0000`,
  });
  t.equal(completion.text, text);
  t.equal(completion.finishReason, "length");
});

t.test("streamed chunks never show what a stop string cuts", async (t) => {
  const pair = await fable(t);
  const { text } = await pair.complete(PROMPT, { maxTokens: 60, ignoreEnd: true });
  const stop = text.slice(50, 60);
  let streamed = "";
  for await (const chunk of pair.generate(PROMPT, { maxTokens: 60, ignoreEnd: true, stop }))
    streamed += chunk.text;
  t.equal(streamed, text.slice(0, text.indexOf(stop)));
});
