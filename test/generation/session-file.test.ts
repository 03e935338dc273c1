import { createHash } from "node:crypto";
import { copyFileSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { fable, ids } from "../helpers/fable.js";

const TURN = { maxTokens: 12, ignoreEnd: true, draft: { policy: "fixed", maxTokens: 3 } } as const;

t.test(
  "a restored session goes on token for token in another pair, without evaluating what it was",
  async (t) => {
    const path = join(t.testdir(), "fox.session");
    const pair = await fable(t);
    const session = pair.session();
    await session.complete("Once upon a time there was a fox", TURN);
    await session.complete(" The fox", TURN);
    await session.save(path);
    const expected = await session.complete(" said", TURN);

    const other = await fable(t);
    const restored = await other.restoreSession(path);
    const answer = await restored.complete(" said", TURN);
    t.strictSame(ids(answer), ids(expected));
    t.strictSame(restored.tokens, session.tokens);
    t.equal(answer.stats.cachedTokens, expected.stats.cachedTokens);
    t.ok(answer.stats.cachedTokens > 20);
    t.equal(answer.stats.draftTokens, expected.stats.draftTokens, "the draft goes on where it was, too");
  },
);

t.test("a session goes on with another draft, which reads it anew, and with none", async (t) => {
  const path = join(t.testdir(), "fox.session");
  const pair = await fable(t);
  const session = pair.session();
  await session.complete("Once upon a time there was a fox", TURN);
  await session.save(path);
  const expected = await session.complete(" said", TURN);
  for (const draft of ["fable-5m", false] as const) {
    const other = await fable(t, { draft });
    const restored = await other.restoreSession(path);
    const answer = await restored.complete(" said", { ...TURN, draft: draft && TURN.draft });
    t.strictSame(ids(answer), ids(expected));
    t.equal(answer.stats.cachedTokens, expected.stats.cachedTokens);
  }
});

t.test("a rewound session is saved as far as it goes, an empty one as nothing", async (t) => {
  const folder = t.testdir();
  const pair = await fable(t);
  const session = pair.session();
  await pair.session().save(join(folder, "empty"));
  t.equal((await pair.restoreSession(join(folder, "empty"))).tokens.length, 0);
  await session.complete("Once upon a time there was a fox", TURN);
  session.rewind(15);
  await session.save(join(folder, "rewound"));
  const other = await fable(t);
  const restored = await other.restoreSession(join(folder, "rewound"));
  const [a, b] = [await session.complete(" said", TURN), await restored.complete(" said", TURN)];
  t.strictSame(ids(a), ids(b));
  t.equal(b.stats.cachedTokens, 15);
});

t.test(
  "a pair's model files are read for its first session file only, and have to be those it loaded",
  async (t) => {
    const folder = t.testdir();
    const [model, elsewhere] = [join(folder, "draft.gguf"), join(folder, "elsewhere.gguf")];
    const { draft } = await fable(t);
    copyFileSync(draft?.path as string, model);
    const pair = await fable(t, { draft: model });
    const session = pair.session();
    renameSync(model, elsewhere);
    await t.rejects(session.save(join(folder, "a")), { name: "ModelError", code: "MODEL_CHANGED" });
    copyFileSync(draft?.path as string, model);
    await t.rejects(session.save(join(folder, "a")), { name: "ModelError", code: "MODEL_CHANGED" });
    renameSync(elsewhere, model);
    await session.save(join(folder, "a"));
    rmSync(model);
    await session.save(join(folder, "b"));
    await pair.restoreSession(join(folder, "a"));
  },
);

t.test("a session that cannot be written says so, by the name it was given", async (t) => {
  const folder = t.testdir({ taken: {} });
  const session = (await fable(t)).session();
  for (const [path, why] of [
    [join(folder, "nowhere", "a"), "ENOENT"],
    [join(folder, "taken"), "EISDIR"],
  ]) {
    const saved = session.save(path as string);
    await t.rejects(saved, {
      name: "EngineError",
      code: "FILE_NOT_WRITTEN",
      message: `${path} but got ${why}`,
    });
  }
  t.strictSame(readdirSync(folder), ["taken"]);
});

t.test("damaged and foreign files are refused", async (t) => {
  const folder = t.testdir();
  const path = join(folder, "session");
  const pair = await fable(t);
  const session = pair.session();
  await session.complete("Once upon a time", TURN);
  await session.save(path);
  const bytes = readFileSync(path);
  const refused = async (name: string, content: Uint8Array) => {
    writeFileSync(join(folder, name), content);
    await t.rejects(pair.restoreSession(join(folder, name)), {
      name: "EngineError",
      code: "SESSION_FILE_INVALID",
    });
  };
  for (const at of [0, 9, 40, bytes.length >> 1, bytes.length - 1]) {
    const damaged = Buffer.from(bytes);
    damaged[at] = (damaged[at] as number) ^ 1;
    await refused(`flipped-${at}`, damaged);
    await refused(`cut-${at}`, bytes.subarray(0, at));
  }
  await t.rejects(pair.restoreSession(join(folder, "none")), { code: "SESSION_FILE_INVALID" });
  await t.rejects(pair.restoreSession(""), { code: "OPTION_INVALID" });
  copyFileSync(path, join(folder, "foreign"));
  const small = await fable(t, { target: "fable-5m" });
  await t.rejects(small.restoreSession(join(folder, "foreign")), { code: "SESSION_FILE_FOREIGN" });
  const other = Buffer.from(bytes);
  other.write("Foretoken", other.indexOf("foretoken "));
  createHash("sha256")
    .update(other.subarray(0, -32))
    .digest()
    .copy(other, other.length - 32);
  writeFileSync(join(folder, "release"), other);
  await t.rejects(pair.restoreSession(join(folder, "release")), {
    code: "SESSION_FILE_FOREIGN",
    message: /engine foretoken/,
  });
  const running = session.complete(" The fox", TURN);
  await t.rejects(session.save(path), { code: "SESSION_BUSY" });
  await running;
  await pair.close();
  await t.rejects(session.save(path), { code: "PAIR_CLOSED" });
});
