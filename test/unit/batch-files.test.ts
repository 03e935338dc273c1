import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import t, { type Test } from "tap";
import { readLines } from "../../lib/batch/lines.js";
import { readIds, readRequests } from "../../lib/batch/requests.js";
import { type BatchResult, Results } from "../../lib/batch/results.js";

const done = (id: string | number): BatchResult => ({
  id,
  text: "x",
  finishReason: "stop",
  seed: 1,
  promptTokens: 1,
  generatedTokens: 1,
});
const failed = (id: string | number): BatchResult => ({
  id,
  error: { code: "PROMPT_EMPTY", message: "text" },
});
const lines = (...values: unknown[]) => values.map((value) => `${JSON.stringify(value)}\n`).join("");

function file(t: Test, content: string): string {
  const path = join(t.testdir(), "file.jsonl");
  writeFileSync(path, content);
  return path;
}

/** The name under which a process of this machine owns an output. */
function ownerFile(path: string, pid: number | string): string {
  return `${path}.${hostname().replace(/[^\w-]/g, "-")}.${pid}-00000000.batch`;
}

async function all<T>(source: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const one of source) found.push(one);
  return found;
}

t.test("lines end at line feeds alone, wherever the file is read in two", async (t) => {
  const long = "é\u2028".repeat(30_000);
  const found = await all(readLines(file(t, `${long}\n\n${long}`)));
  t.strictSame(
    found.map(({ text, number, end, isWhole }) => [text === long, number, end, isWhole]),
    [
      [true, 1, 150_001, true],
      [false, 2, 150_002, true],
      [true, 3, 300_002, false],
    ],
  );
  t.strictSame(await all(readLines(file(t, ""))), []);
});

t.test("ids are given or the lines' numbers, each once", async (t) => {
  const path = file(t, '\uFEFF{"id":"a"}\n\n{}\r\n{"id":null}\n{"id":-7}\n[]\n{torn');
  t.strictSame(await readIds(path), ["a", "3", "4", "-7", "6", "7"]);
  t.match(await all(readRequests(path)), [
    { id: "a", problem: null },
    { id: 3 },
    { id: 4 },
    { id: -7 },
    { id: 6, request: null, problem: { code: "BATCH_INVALID", message: /of line 6 .* an object/ } },
    { id: 7, request: null, problem: { code: "BATCH_INVALID", message: /of line 7 .* JSON but got/ } },
  ]);
  const refused = (content: string, message: RegExp) =>
    t.rejects(readIds(file(t, content)), { code: "BATCH_INVALID", message });
  await refused(lines({ id: 1 }, { id: "1" }), /of line 2 .* as in line 1/);
  await refused(lines({ id: 2 }, {}), /of line 2 .* found 2, as in line 1/);
  for (const id of [[], {}, true, 1.5, 2 ** 60])
    await refused(lines({ id }), /a text or a whole number as id/);
  await t.rejects(readIds("missing.jsonl"), {
    code: "BATCH_INVALID",
    message: /missing\.jsonl but got ENOENT/,
  });
});

t.test("a torn last line is cut off wherever it was torn", async (t) => {
  const kept = lines(done("a"), failed("b"));
  const torn = JSON.stringify(done("é"));
  for (const length of [0, 1, 5, 6, 8, Buffer.byteLength(torn)]) {
    const path = file(t, kept);
    writeFileSync(path, Buffer.concat([Buffer.from(kept), Buffer.from(torn).subarray(0, length)]));
    const results = await Results.open(path);
    t.strictSame([...results.done], ["a", "b"]);
    t.strictSame([...results.failed], ["b"]);
    await results.append(done("c"));
    await results.close();
    t.equal(readFileSync(path, "utf8"), kept + lines(done("c")));
  }
});

t.test("results with errors are taken out to be asked again", async (t) => {
  const path = file(t, `${lines(failed(1), done(2), failed(3))}{"id":4,"te`);
  const results = await Results.open(path, { retryErrors: true });
  t.strictSame([...results.done], ["2"]);
  await Promise.all([results.append(done(3)), results.append(done(1))]);
  await results.close();
  t.equal(readFileSync(path, "utf8"), lines(done(2), done(3), done(1)));
});

t.test("what is no output of a batch is refused and stays as it is", async (t) => {
  for (const content of [
    "notes",
    "notes\n",
    '{"id":1,"prompt":"x"}',
    lines({ id: 1, prompt: "x" }),
    "\n",
    "[1]\n",
  ]) {
    const path = file(t, content);
    await t.rejects(Results.open(path), { code: "BATCH_INVALID", message: /something else/ });
    t.equal(readFileSync(path, "utf8"), content);
    t.strictSame(readdirSync(t.testdirName), ["file.jsonl"]);
  }
  const folder = join(t.testdir(), "folder");
  mkdirSync(folder);
  await t.rejects(Results.open(folder), { code: "BATCH_INVALID", message: /folder but got EISDIR/ });
  const nowhere = join(folder, "missing", "out.jsonl");
  await t.rejects(Results.open(nowhere), { code: "BATCH_INVALID", message: /but got ENOENT/ });
});

t.test("an output has one writer at a time", async (t) => {
  const path = join(t.testdir(), "out.jsonl");
  const results = await Results.open(path);
  await t.rejects(Results.open(path), { code: "BATCH_INVALID", message: /another process writes/ });
  await results.close();
  // What a killed process leaves: nobody has this number.
  writeFileSync(ownerFile(path, 4194305), "");
  await (await Results.open(path)).close();
  t.strictSame(readdirSync(t.testdirName), ["out.jsonl"]);
  t.ok(existsSync(path));
});

t.test("outputs whose names begin alike have a writer each", async (t) => {
  const folder = t.testdir();
  const open = (name: string) => Results.open(join(folder, name));
  const all = [await open("out.jsonl"), await open("out"), await open("out.jsonl.gz")];
  for (const results of all) await results.close();
  t.strictSame(readdirSync(folder).sort(), ["out", "out.jsonl", "out.jsonl.gz"]);
});

t.test(
  "a killed process writes nothing, also before its parent asks how it ended",
  { skip: process.platform !== "linux" },
  async (t) => {
    const parent = spawn("sh", ["-c", "sleep 60 & echo $!; exec sleep 60"]);
    t.teardown(() => parent.kill());
    const [pid] = (await once(parent.stdout, "data")).map(Number);
    const until = async (file: string, text: string) => {
      while (!readFileSync(`/proc/${file}`, "utf8").includes(text)) await setImmediate();
    };
    // Which never asks.
    await until(`${parent.pid}/comm`, "sleep");
    process.kill(pid as number, "SIGKILL");
    await until(`${pid}/stat`, ") Z ");
    const path = join(t.testdir(), "out.jsonl");
    writeFileSync(ownerFile(path, pid as number), "");
    await (await Results.open(path)).close();
    t.strictSame(readdirSync(t.testdirName), ["out.jsonl"]);
  },
);

/** Lets a call on open files fail. Returns what gives the call back. */
async function failing(t: Test, path: string, method: "write" | "datasync", code: string) {
  const handle = await open(path, "a");
  await handle.close();
  const fails = () => Promise.reject(Object.assign(new Error(code), { code, syscall: method }));
  return t.intercept(Object.getPrototypeOf(handle), method, { value: fails }).restore;
}

t.test("a result that cannot be written is a typed error, and nothing is written behind it", async (t) => {
  const path = join(t.testdir(), "out.jsonl");
  const results = await Results.open(path);
  const message = /Expected to write .*out\.jsonl but got ENOSPC/;
  const restore = await failing(t, path, "write", "ENOSPC");
  await t.rejects(results.append(done(1)), { name: "EngineError", code: "FILE_NOT_WRITTEN", message });
  restore();
  await t.rejects(results.append(done(2)), { code: "FILE_NOT_WRITTEN", message });
  await results.close();
  t.equal(readFileSync(path, "utf8"), "");
});

t.test("results that do not reach the disk at the end are a typed error, and nobody owns them", async (t) => {
  const path = join(t.testdir(), "out.jsonl");
  const results = await Results.open(path);
  await results.append(done(1));
  await failing(t, path, "datasync", "EIO");
  await t.rejects(results.close(), { code: "FILE_NOT_WRITTEN", message: /out\.jsonl but got EIO/ });
  t.strictSame(readdirSync(t.testdirName), ["out.jsonl"]);
});

t.test("closing waits for what is being written", async (t) => {
  const path = join(t.testdir(), "out.jsonl");
  const results = await Results.open(path);
  const written = results.append(done(1));
  await results.close();
  await written;
  t.equal(readFileSync(path, "utf8"), lines(done(1)));
});
