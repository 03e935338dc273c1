import t from "tap";
import { answerTokens } from "../../lib/answer-tokens.js";
import type { NativeModel } from "../../lib/native.js";
import type { Token } from "../../lib/token.js";
import { fable } from "../helpers/fable.js";

/** What a generation gives of these tokens where a stop string cut its text to `said`. */
function generated(model: NativeModel, ids: readonly number[], said: string): Token[] {
  let before = "";
  return ids.map((id, i) => {
    // A character that is not whole yet comes with the token that completes it.
    const whole = model.detokenize(Int32Array.from(ids.slice(0, i + 1)), false).replace(/\uFFFD$/, "");
    const text = said.slice(before.length, whole.length);
    before = whole.length > before.length ? whole : before;
    return { id, text, origin: "plain" };
  });
}

t.test("an answer's tokens say its text and nothing of the stop string", async (t) => {
  const model = (await fable(t)).open().targetModel;
  const tokensOf = (text: string) => [...model.tokenize(text, false, true)];
  t.ok(tokensOf("é").length > 1, "a character of two tokens");
  for (const [said, stop] of [
    [" The fox", "\nUser:"],
    [" un café", "\nUser:"],
    [" à l'été é", "\n"],
    [" the fox 🦊", "\nUser:"],
    [" 🦊🦊", " and"],
    [" The forest w", "as dark"],
    [" é", "é"],
    ["", " The"],
  ] as const) {
    const ids = tokensOf(said + stop);
    const tokens = answerTokens(model, generated(model, ids, said), "stop-string");
    t.equal(model.detokenize(Int32Array.from(tokens), false), said, JSON.stringify(said + stop));
    const own = tokensOf(said);
    if (own.every((id, i) => ids[i] === id)) t.strictSame(tokens, own);
  }
});

t.test("what ends otherwise keeps its tokens", async (t) => {
  const model = (await fable(t)).open().targetModel;
  const ids = [...model.tokenize(" é", false, true)].slice(0, -1);
  t.strictSame(answerTokens(model, generated(model, ids, " "), "length"), ids);
});

t.test("a beginning of a character that nothing completes is a replacement character", async (t) => {
  const pair = await fable(t);
  const [first = 0] = pair.tokenize("é", { addSpecial: false });
  t.equal(pair.detokenize([first]), "\uFFFD");
});
