import t from "tap";
import { fable } from "../helpers/fable.js";

t.test("more threads than processors count as many as there are", async (t) => {
  const options = { maxTokens: 20, ignoreEnd: true };
  const expected = await (await fable(t, { threads: 1 })).complete("Once upon a time", options);
  const pair = await fable(t, { threads: 512, draftThreads: 511 });
  t.equal((await pair.complete("Once upon a time", options)).text, expected.text);
});

t.test("more than 512 are refused", async (t) => {
  await t.rejects(fable(t, { threads: 513 }), { code: "OPTION_INVALID" });
});
