import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import t, { type Test } from "tap";
import { cli } from "../helpers/cli.js";

interface Result {
  id: string | number;
  text?: string;
  generatedTokens?: number;
  error?: { code: string; message: string };
}

const FLAGS = [
  "--max-tokens",
  "8",
  "--ignore-end",
  "--threads",
  "1",
  "--draft-policy",
  "fixed",
  "--deterministic",
];

function files(t: Test, requests: unknown[]) {
  const folder = t.testdir();
  const input = join(folder, "in.jsonl");
  const output = join(folder, "out.jsonl");
  const lines = requests.map((one) => (typeof one === "string" ? one : JSON.stringify(one)));
  writeFileSync(input, `${lines.join("\n")}\n`);
  return {
    folder,
    input,
    output,
    batch: (flags: string[] = [], options = {}) => cli(["batch", input, output, ...FLAGS, ...flags], options),
    results: () => parse(readFileSync(output, "utf8")),
  };
}

function commandOf(pid: number): string {
  return readFileSync(`/proc/${pid}/cmdline`, "utf8");
}

function descendants(pid: number): number[] {
  const children = readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
    readFileSync(`/proc/${pid}/task/${thread}/children`, "utf8").split(" ").filter(Boolean).map(Number),
  );
  return children.flatMap((child) => [child, ...descendants(child)]);
}

function parse(text: string): Result[] {
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line));
}

const byId = (results: Result[]) => new Map(results.map((result) => [result.id, result]));

t.test("every line has its result: text, or an error with its code", async (t) => {
  const { batch, results, folder } = files(t, [
    { id: "a", prompt: "Once upon a time" },
    { prompt: "The old\u2028fox", maxTokens: 3 },
    "",
    { id: 7, prompt: "" },
    "{not json",
    { id: "unknown", prompt: "x", temprature: 1 },
    { id: "long", prompt: "fox ".repeat(5000) },
    { id: "sure", prompt: "Once", maxTokens: 2, logprobs: 1 },
  ]);
  const { code, stdout, stderr } = await batch(["--json"]);
  t.equal(stderr, "");
  t.equal(code, 1, "some failed");
  t.match(JSON.parse(stdout), { total: 7, skipped: 0, done: 3, failed: 4, generatedTokens: 13 });
  const found = byId(results());
  t.match(found.get("a"), { text: /./, finishReason: "length", promptTokens: 4, generatedTokens: 8 });
  t.notOk("tokens" in (found.get("a") ?? {}));
  t.match(found.get(2), { generatedTokens: 3 }, "the line's number is its id");
  t.match(found.get(7), { error: { code: "PROMPT_EMPTY" } });
  t.match(found.get(5), { error: { code: "BATCH_INVALID", message: /line 5 of .*in\.jsonl JSON/ } });
  t.match(found.get("unknown"), { error: { code: "OPTION_UNKNOWN", message: /temperature/ } });
  t.match(found.get("long"), { error: { code: "PROMPT_TOO_LONG" } });
  t.match(found.get("sure"), { tokens: [{ logprob: Number }, { topLogprobs: [Object] }] });
  t.strictSame(readdirSync(folder).sort(), ["in.jsonl", "out.jsonl"], "nothing else is left");
});

t.test("killed in the middle, the same command leaves every id exactly once", async (t) => {
  const requests = Array.from({ length: 60 }, (_, i) => ({ id: `id-${i}`, prompt: "Once upon a time" }));
  const { batch, results, output } = files(t, requests);
  let isOver = false;
  const middle = (async () => {
    while (!isOver && (!existsSync(output) || readFileSync(output, "utf8").split("\n").length < 10))
      await new Promise((resolve) => setTimeout(resolve, 2));
  })();
  const killed = await batch([], { killAfter: middle });
  isOver = true;
  t.equal(killed.signal, "SIGKILL");
  const before = readFileSync(output, "utf8");
  const kept = before.slice(0, before.lastIndexOf("\n") + 1);
  t.ok(parse(kept).length < 60, "it was killed before its end");
  // As if it had been killed while writing.
  writeFileSync(output, `${kept}{"id":"id-59","te`);
  const { code, stdout } = await batch(["--json"]);
  t.equal(code, 0);
  t.match(JSON.parse(stdout), { total: 60, skipped: parse(kept).length, failed: 0 });
  t.strictSame(
    results()
      .map(({ id }) => id)
      .sort(),
    requests.map(({ id }) => id).sort(),
  );
  t.ok(readFileSync(output, "utf8").startsWith(kept), "what was finished is untouched");
  const again = await batch(["--json"]);
  t.match(JSON.parse(again.stdout), { skipped: 60, done: 0, generatedTokens: 0 });
});

t.test(
  "where the models' process dies no request is to blame, and the same command goes on",
  { skip: process.platform === "linux" ? false : "it is found through /proc" },
  async (t) => {
    const { batch, results, output } = files(t, Array(40).fill({ prompt: "Once upon a time" }));
    const isolated = ["--isolation", "process", "--max-tokens", "60"];
    const ended = batch(isolated);
    while (!existsSync(output) || readFileSync(output, "utf8").split("\n").length < 5)
      await new Promise((resolve) => setTimeout(resolve, 2));
    for (const pid of descendants(process.pid))
      if (commandOf(pid).includes("host-process")) process.kill(pid, "SIGKILL");
    t.match(await ended, { code: 1, stderr: /PAIR_PROCESS_DIED/ });
    t.ok(results().length < 40 && results().every(({ error }) => error === undefined));
    t.match(JSON.parse((await batch([...isolated, "--json"])).stdout), { total: 40, failed: 0 });
    t.equal(new Set(results().map(({ id }) => id)).size, 40);
    t.equal(results().length, 40);
  },
);

t.test("Ctrl-C keeps what is finished and ends with 130", async (t) => {
  const { batch, results, output, folder } = files(t, Array(2000).fill({ prompt: "Once" }));
  const begun = (async () => {
    while (!existsSync(output) || readFileSync(output).length === 0)
      await new Promise((resolve) => setTimeout(resolve, 2));
  })();
  t.match(await batch([], { interruptAfter: begun }), { code: 130, signal: null, stdout: "" });
  t.ok(results().length > 0 && results().length < 2000);
  t.notOk(readdirSync(folder).some((name) => name.endsWith(".batch")));
});

t.test("--retry-errors asks again for what failed", async (t) => {
  const { batch, results, input, output } = files(t, [
    { id: 1, prompt: "Once" },
    { id: 2, prompt: "" },
  ]);
  t.match(await batch(), { code: 1, stdout: /^1 of 2 requests done, 1 failed: 8 tokens/ });
  const [first] = readFileSync(output, "utf8")
    .split("\n")
    .filter((line) => line.includes('"text":'));
  writeFileSync(input, '{"id":1,"prompt":"Once"}\n{"id":2,"prompt":"The fox"}');
  const nothingNew =
    /^0 of 2 requests done, 2 were there already \(1 with errors: --retry-errors asks again\)/;
  t.match(await batch(), { code: 1, stdout: nothingNew });
  t.match(JSON.parse((await batch(["--json"])).stdout), { skipped: 2, skippedErrors: 1, failed: 0 });
  t.match(await batch(["--retry-errors"]), { code: 0, stdout: /^1 of 2 requests done, 1 were there/ });
  t.match(readFileSync(output, "utf8"), `${first}\n{"id":2,"text":`);
  t.equal(results().length, 2);
});

t.test("files that would be spoilt are wrong usage", async (t) => {
  const { batch, input, output } = files(t, [{ id: 1, prompt: "x" }]);
  writeFileSync(output, "notes");
  t.match(await batch(), { code: 2, stdout: "", stderr: /but line 1 is something else.*\[BATCH_INVALID\]/ });
  t.equal(readFileSync(output, "utf8"), "notes", "untouched");
  t.match(await cli(["batch", input, input]), { code: 2, stderr: /Expected another file for the results/ });
});

t.test("pipes and folders are refused: files are read twice", async (t) => {
  const { folder, input, output } = files(t, [{ id: 1, prompt: "x" }]);
  for (const [from, to, named] of [
    ["/dev/stdin", output, "/dev/stdin"],
    [input, "/dev/stdout", "/dev/stdout"],
    [input, folder, folder],
  ]) {
    const stderr = new RegExp(`a regular file at ${named} but .*\\[BATCH_INVALID\\]`);
    t.match(await cli(["batch", from as string, to as string]), { code: 2, stdout: "", stderr });
  }
  t.notOk(existsSync(output));
});
