import { copyFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import t, { type Test } from "tap";
import type { Pair } from "../../lib/index.js";
import { isRunning } from "../../lib/is-running.js";
import { PairProcess } from "../../lib/isolation/pair-process.js";
import { resolveModel } from "../../lib/model-files.js";
import { modelStamps } from "../../lib/model-hashes.js";
import { FINISH_REASONS, type NativeBatch } from "../../lib/native.js";
import { nativeRequest } from "../../lib/native-request.js";
import { resolveGenerateOptions, resolvePairOptions } from "../../lib/resolve-options.js";
import { run } from "../helpers/child.js";
import { fable, ids, prompts } from "../helpers/fable.js";

const LONG = { maxTokens: 400, ignoreEnd: true };
const DIED = { name: "EngineError", code: "PAIR_PROCESS_DIED" };

function isolated(t: Test): Promise<Pair> {
  return fable(t, { isolation: "process" });
}

/** The processes of this one's that hold a pair, by what Linux says of them. */
function hosts(): number[] {
  const children = readFileSync(`/proc/self/task/${process.pid}/children`, "utf8").trim().split(" ");
  return children
    .filter((pid) => readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("host-process"))
    .map(Number);
}

t.test("an isolated pair writes what the same pair writes in this process", async (t) => {
  const [here, there] = [await fable(t), await isolated(t)];
  t.strictSame(there.target, here.target);
  t.strictSame(there.draft, here.draft);
  t.strictSame(there.compatibility, here.compatibility);
  for (const prompt of prompts.slice(0, 3)) {
    const options = { maxTokens: 40, logprobs: 2 };
    const [a, b] = [await here.complete(prompt, options), await there.complete(prompt, options)];
    t.strictSame(
      b.tokens.map(({ id, text, topLogprobs }) => ({ id, text, topLogprobs })),
      a.tokens.map(({ id, text, topLogprobs }) => ({ id, text, topLogprobs })),
    );
  }
});

t.test("streams, sampling, many requests, metrics and tokens are as ever", async (t) => {
  const [here, there] = [await fable(t), await isolated(t)];
  const sampled = { maxTokens: 30, temperature: 0.8, seed: 7, verification: "sample-match" } as const;
  let text = "";
  for await (const chunk of there.generate("The king said", sampled)) text += chunk.text;
  t.equal(text, (await here.complete("The king said", sampled)).text);
  const several: number[] = [];
  for await (const { index, completion } of there.completeMany(["Once", "The fox"], { maxTokens: 10 })) {
    several.push(index);
    t.ok(completion);
  }
  t.strictSame(several.sort(), [0, 1]);
  t.match(there.metrics(), { failed: 0, running: 0 });
  t.strictSame(there.tokenize("Once upon"), here.tokenize("Once upon"));
  t.match(await there.measure({ draftMaxTokens: 1, repeats: 1 }), { targetStepMs: Number });
  t.match(await there.costProfile(), { target: Array });
});

t.test("sessions go on, are saved and restored in either process", async (t) => {
  const [here, there] = [await fable(t), await isolated(t)];
  const path = `${t.testdir()}/session`;
  const options = { maxTokens: 20, ignoreEnd: true };
  const session = there.session();
  await session.complete("Once upon a time", options);
  await session.save(path);
  const restored = await here.restoreSession(path);
  const expected = await session.complete(" The fox", options);
  const held = restored.tokens.length;
  const goneOn = await restored.complete(" The fox", options);
  t.strictSame(ids(goneOn), ids(expected));
  t.equal(goneOn.stats.cachedTokens, held - 1, "all but the token that nobody went on from");
  t.strictSame(ids(await (await there.restoreSession(path)).complete(" The fox", options)), ids(expected));
});

t.test("an abort, a signal and a break stop it, and the next request runs", async (t) => {
  const pair = await isolated(t);
  const generation = pair.generate("Once", LONG);
  await generation.next();
  generation.abort();
  t.equal((await generation.result).finishReason, "aborted");
  const reason = new Error("enough");
  const stop = new AbortController();
  const signalled = pair.generate("Once", { ...LONG, signal: stop.signal });
  await signalled.next();
  stop.abort(reason);
  await t.rejects(signalled.result, reason);
  for await (const _ of pair.generate("Once", LONG)) break;
  t.equal((await pair.complete("Once", { maxTokens: 5 })).tokens.length, 5);
});

t.test("what is wrong with a request rejects it, typed, and the pair goes on", async (t) => {
  const pair = await isolated(t);
  await t.rejects(pair.complete("Once", { grammar: "no grammar" }), { code: "GRAMMAR_INVALID" });
  await t.rejects(pair.complete("x".repeat(4000)), { code: "PROMPT_TOO_LONG" });
  t.throws(() => pair.generate("Once", { maxTokens: 0 }), { code: "OPTION_INVALID" }, "at once, as ever");
  t.equal((await pair.complete("Once", { maxTokens: 5 })).tokens.length, 5);
});

t.test("loading rejects with the errors of loading", async (t) => {
  await t.rejects(fable(t, { isolation: "process", contextSize: 100_000, checkMemory: false }), {
    code: "CONTEXT_TOO_LARGE",
    message: /trained with a context of 512 tokens, 100000 were asked for\. Lower contextSize[^.]*\.$/,
  });
  const reason = new Error("changed my mind");
  const stop = new AbortController();
  const loading = fable(t, { isolation: "process", signal: stop.signal });
  setTimeout(() => stop.abort(reason), 50);
  await t.rejects(loading, reason);
  const listener = new Error("thrown by the listener");
  const onProgress = () => {
    throw listener;
  };
  await t.rejects(fable(t, { isolation: "process", onProgress }), listener);
});

t.test(
  "its death is a typed error of every request in flight, and the next one starts another",
  {
    skip: process.platform !== "linux",
  },
  async (t) => {
    const pair = await isolated(t);
    const options = { maxTokens: 30, ignoreEnd: true };
    const { text } = await pair.complete("Once upon a time", options);
    const [pid = Number.NaN] = hosts();
    const running = pair.generate("Once", LONG);
    const waiting = pair.complete("The fox", LONG);
    await running.next();
    process.kill(pid, "SIGKILL");
    await t.rejects(running.result, { ...DIED, message: /ended with SIGKILL/ });
    await t.rejects(waiting, DIED);
    t.match(pair.metrics(), { failed: 2, running: 0 });
    const again = [1, 2].map(() => pair.complete("Once upon a time", options));
    for (const completion of await Promise.all(again)) t.equal(completion.text, text);
    t.equal(hosts().length, 1, "one for both");
  },
);

t.test(
  "the process after one that died loads the same models, or none",
  { skip: process.platform !== "linux" },
  async (t) => {
    const model = join(t.testdir(), "model.gguf");
    copyFileSync(await resolveModel("fable-1m"), model);
    const pair = await fable(t, { target: model, draft: false, isolation: "process" });
    const running = pair.complete("Once", LONG);
    process.kill(hosts()[0] ?? Number.NaN, "SIGKILL");
    await t.rejects(running, DIED);
    copyFileSync(await resolveModel("fable-5m"), model);
    await t.rejects(pair.complete("Once", LONG), { name: "ModelError", code: "MODEL_CHANGED" });
  },
);

t.test(
  "a closed pair refuses, and its process is gone",
  {
    skip: process.platform !== "linux",
  },
  async (t) => {
    const pair = await isolated(t);
    const generation = pair.generate("Once", LONG);
    await generation.next();
    const closing = pair.close();
    await t.rejects(generation.result, { code: "PAIR_CLOSED" });
    t.throws(() => pair.generate("Once"), { code: "PAIR_CLOSED" });
    await t.rejects(pair.costProfile(), { code: "PAIR_CLOSED" });
    await closing;
    await pair.close();
    t.strictSame(hosts(), []);
  },
);

t.test(
  "a process that does not answer an abort is given up",
  {
    skip: process.platform !== "linux",
  },
  async (t) => {
    const host = new PairProcess({ abortTimeoutMs: 100 });
    t.teardown(() => host.end());
    const path = await resolveModel("fable-1m");
    const { signal: _, onProgress: __, ...options } = resolvePairOptions({ target: path, threads: 1 });
    const files = { target: path, draft: null };
    await host.load({ options, files, crossVocabulary: false, stamps: await modelStamps(files) }, null);
    const pair = { draft: null, vocabulary: 100, deterministic: true };
    const request = nativeRequest(Int32Array.of(1, 2), resolveGenerateOptions(LONG, pair));
    const batches: NativeBatch[] = [];
    const ended = new Promise<void>((resolve) => {
      const id = host.generate(request, (batch) => {
        batches.push(batch);
        if (batches.length === 1) {
          process.kill(hosts()[0] ?? Number.NaN, "SIGSTOP");
          host.steer(id, "abort");
        }
        if (batch.end !== undefined) resolve();
      });
    });
    await ended;
    t.equal(FINISH_REASONS[batches.at(-1)?.end?.finishReason ?? -1], "aborted");
    t.equal(host.isOver, true);
    await host.end();
    t.strictSame(hosts(), []);
  },
);

t.test("a process that the system does not start is a typed error", async (t) => {
  const { execPath } = process;
  t.teardown(() => {
    process.execPath = execPath;
  });
  // The first comes as an event, the second is thrown.
  for (const [path, reason] of [
    ["/nonexistent", "ENOENT"],
    ["/dev/null/node", "ENOTDIR"],
  ] as const) {
    process.execPath = path;
    const message = new RegExp(`could not be started: spawn .*${reason}`);
    await t.rejects(isolated(t), { ...DIED, message });
  }
});

t.test(
  "a request for whose process there are no descriptors rejects, and the next one starts it",
  { skip: process.platform !== "linux" },
  async (t) => {
    const ended = await run("test/fixtures/process/descriptors.mjs");
    t.match(ended, { code: 0, hung: false, stderr: "" });
    t.match(
      ended.stdout,
      /^PAIR_PROCESS_DIED Expected .* could not be started: spawn .* EMFILE\..*\n5 tokens\n$/,
    );
  },
);

const ends: [name: string, mode: string, expected: object][] = [
  ["its parent is killed in the middle of a generation", "killed", { signal: "SIGKILL" }],
  ["its parent exits in the middle of a generation", "exit", { code: 7 }],
  ["its parent comes to its end with the pair open and idle", "idle", { code: 0 }],
];
for (const [name, mode, expected] of ends) {
  t.test(`no process is left when ${name}`, { skip: process.platform !== "linux" }, async (t) => {
    const ended = await run("test/fixtures/process/isolated.mjs", [mode]);
    t.match(ended, { hung: false, ...expected });
    const pid = Number(ended.stdout);
    t.ok(pid > 0);
    for (let i = 0; i < 100 && isRunning(pid); i++) await new Promise((resolve) => setTimeout(resolve, 20));
    t.notOk(isRunning(pid));
  });
}

t.test(
  "a request is waited for as the last thing of a program, and the process of a forgotten pair ends",
  {
    skip: process.platform !== "linux",
  },
  async (t) => {
    const last = await run("test/fixtures/process/isolated.mjs", ["last-await"]);
    t.match(last, { code: 0, hung: false, stdout: "300 tokens\nclosed\n", stderr: "" });
    const forgotten = await run("test/fixtures/process/isolated.mjs", ["forgotten"], {
      nodeFlags: ["--expose-gc"],
    });
    t.match(forgotten, { code: 0, hung: false, stdout: "gone\n" });
  },
);
