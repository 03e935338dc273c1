import t from "tap";
import { fable, ids } from "../helpers/fable.js";
import { toSentencePiece } from "../helpers/foreign-vocabulary.js";
import { bool, editTexts, rewrite } from "../helpers/gguf.js";

const TURN = { maxTokens: 12, ignoreEnd: true, draft: { policy: "fixed", maxTokens: 3 } } as const;

t.test(
  "a conversation of ten turns evaluates each token once, and says what it would say in one",
  async (t) => {
    const pair = await fable(t, { contextSize: 384 });
    const session = pair.session();
    let evaluated = 0;
    for (let turn = 0; turn < 10; turn++) {
      const before = session.tokens;
      const { stats, tokens } = await session.complete(
        turn === 0 ? "Once upon a time" : " Then the fox",
        TURN,
      );
      const whole = await pair.complete(session.tokens.slice(0, stats.promptTokens), {
        ...TURN,
        cachePrompt: false,
      });
      t.strictSame(ids({ tokens }), ids(whole), `turn ${turn}`);
      t.ok(stats.cachedTokens >= before.length - 1, `${stats.cachedTokens} of ${before.length} were there`);
      evaluated += stats.targetTokens - (stats.proposed - stats.accepted);
    }
    t.ok(evaluated <= session.tokens.length + 10, `${evaluated} evaluated of ${session.tokens.length}`);
  },
);

t.test("forks go on apart; a rewound session goes on as if nothing had been after", async (t) => {
  const pair = await fable(t, { maxSequences: 2 });
  const session = pair.session();
  await session.complete("Once upon a time", TURN);
  const length = session.tokens.length;
  const fork = session.fork();
  const [fox, king] = await Promise.all([
    session.complete(" The fox", TURN),
    fork.complete(" The king", TURN),
  ]);
  t.notSame(ids(fox), ids(king));
  session.rewind(length);
  const again = await session.complete(" The king", TURN);
  t.strictSame(ids(again), ids(king));
  t.strictSame(session.tokens, fork.tokens);
  t.ok(again.stats.cachedTokens >= length - 1);
});

t.test(
  "one turn at a time; a turn that fails leaves the session as it was, a broken off one what it said",
  async (t) => {
    const pair = await fable(t);
    const session = pair.session();
    const turn = session.generate("Once upon a time", { maxTokens: 100, ignoreEnd: true });
    for (const use of [() => session.generate("x"), () => session.fork(), () => session.rewind(0)])
      t.throws(use, { name: "EngineError", code: "SESSION_BUSY" });
    await t.rejects(session.complete("x"), { code: "SESSION_BUSY" });
    let said = 0;
    for await (const { tokens } of turn) {
      said += tokens.length;
      if (said >= 5) break;
    }
    const { tokens } = session;
    t.ok(tokens.length >= pair.tokenize("Once upon a time").length + said);
    await t.rejects(session.complete("x", { signal: AbortSignal.abort() }), { name: "AbortError" });
    t.throws(() => session.generate("x", { maxTokens: 0 }), { code: "OPTION_INVALID" });
    t.throws(() => session.rewind(tokens.length + 1), { code: "OPTION_INVALID" });
    t.throws(() => session.rewind(Number.NaN), { code: "OPTION_INVALID" });
    t.strictSame(session.tokens, tokens);
  },
);

t.test("a stop string is no part of the conversation, wherever in a token it begins", async (t) => {
  const pair = await fable(t);
  const prompt = "Once upon a time";
  const { tokens } = await pair.complete(prompt, TURN);
  const index = tokens.findIndex(({ text }, i) => i > 2 && text.length > 2);
  const [said, next] = [tokens.slice(0, index), tokens.slice(index, index + 2)] as const;
  for (const letters of [0, 2]) {
    const stop = next
      .map(({ text }) => text)
      .join("")
      .slice(letters);
    const session = pair.session();
    const { text, finishReason } = await session.complete(prompt, { ...TURN, stop });
    t.equal(finishReason, "stop-string");
    t.equal(pair.detokenize(session.tokens), prompt + text);
    const whole = [...pair.tokenize(prompt), ...ids({ tokens: [...said] })];
    t.strictSame([...session.tokens.slice(0, whole.length)], whole, "the tokens before it are the answer's");
    const more = await session.complete(stop, TURN);
    t.equal(pair.detokenize(session.tokens), prompt + text + stop + more.text);
  }
});

for (const addsSpace of [true, false])
  t.test(
    `with a SentencePiece that ${addsSpace ? "puts" : "puts no"} spaces before texts a turn is what it says`,
    async (t) => {
      const target = rewrite("fable-1m", `${t.testdir()}/sentencepiece.gguf`, (gguf) => {
        toSentencePiece(gguf);
        gguf.metadata.set("tokenizer.ggml.add_space_prefix", bool(addsSpace));
        // Whose vocabularies leave spaces away have such tokens.
        if (!addsSpace) editTexts(gguf, (texts) => (texts.includes("\n\n") ? texts : texts.with(-1, "\n\n")));
      });
      const pair = await fable(t, { target, draft: false });
      const session = pair.session();
      let text = addsSpace ? " " : "";
      for (const turn of ["Once", " upon", "a", "\nThe", ...(addsSpace ? [] : ["\n\nThe"])]) {
        text += turn + (await session.complete(turn, { maxTokens: 4, ignoreEnd: true })).text;
        t.equal(pair.detokenize(session.tokens), text, JSON.stringify(turn));
      }
    },
  );

t.test("nothing to go on from is no prompt; a closed pair has no sessions", async (t) => {
  const pair = await fable(t);
  const session = pair.session();
  t.throws(() => session.generate(""), { code: "PROMPT_EMPTY" });
  await session.complete("The king", TURN);
  t.ok(await session.complete("", TURN));
  await pair.close();
  t.throws(() => session.generate("x"), { code: "PAIR_CLOSED" });
  t.throws(() => pair.session(), { code: "PAIR_CLOSED" });
});
