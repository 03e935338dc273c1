import t from "tap";
import { fable } from "../helpers/fable.js";

const PROMPTS = ["Grüße aus “Köln” —", "狐狸说：", "🦊🐻 🦊🐻 🦊🐻 🦊🐻", "naïve café, naïve café, naïve"];

t.test("chunks hold whole characters and join to the result's text", async (t) => {
  const pair = await fable(t);
  for (const prompt of PROMPTS) {
    for (const draftLength of [0, 1, 3, 8]) {
      const generation = pair.generate(prompt, {
        maxTokens: 60,
        draft: { policy: "fixed", maxTokens: draftLength },
        ignoreEnd: true,
      });
      const chunks: string[] = [];
      const tokenTexts: string[] = [];
      for await (const chunk of generation) {
        chunks.push(chunk.text);
        tokenTexts.push(...chunk.tokens.map((token) => token.text));
      }
      const { text } = await generation.result;
      t.equal(chunks.join(""), text);
      t.equal(tokenTexts.join(""), text);
      t.ok(
        [...chunks, ...tokenTexts].every((piece) => isWellFormed(piece)),
        "no half surrogate pair",
      );
    }
  }
});

t.test("the text is that of its tokens decoded together", async (t) => {
  const pair = await fable(t);
  for (const prompt of PROMPTS) {
    const { tokens, text } = await pair.complete(prompt, { maxTokens: 60, ignoreEnd: true });
    const together = pair.detokenize(tokens.map((token) => token.id));
    // Only a character the limit cut off at the very end may be missing.
    t.equal(text, together.slice(0, text.length));
    t.match(together.slice(text.length), /^\ufffd*$/);
  }
});

function isWellFormed(piece: string): boolean {
  return Buffer.from(piece).toString() === piece;
}
