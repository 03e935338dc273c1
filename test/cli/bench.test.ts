import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import t from "tap";
import { makePlan } from "../../dist/bench/plan.js";
import { checkReport } from "../../dist/bench/read-report.js";
import { runPlan } from "../../dist/bench/run-plan.js";
import { cli } from "../helpers/cli.js";

const PAIR = ["--target", "fable-5m", "--draft", "fable-1m"];
const SHORT = ["--max-tokens", "12", "--repeat", "2", "--processes", "1"];

function prompts(folder: string): string {
  return join(folder, "prompts.jsonl");
}

t.test("each setting is a case; the report says with what it was made", async (t) => {
  const folder = t.testdir({
    "prompts.jsonl":
      '{"question_id":7,"category":"story","turns":["Once upon a time"]}\n{"text":"The fox"}\n',
  });
  const { code, stdout, stderr } = await cli([
    ...["bench", ...PAIR, ...SHORT, "--prompts", prompts(folder)],
    ...["--draft-max-tokens", "2,4", "--temperature", "0,1", "--json"],
  ]);
  t.equal(code, 0, stderr);
  const report = JSON.parse(stdout);
  t.match(report, {
    version: 1,
    command: /^foretoken bench --target fable-5m .*--json$/,
    pairs: [
      {
        id: "fable-5m + fable-1m",
        target: { file: "fable-5m.f16.gguf", dialledAgreement: null },
        compatibility: { verdict: "identical" },
      },
    ],
    missing: [],
  });
  t.strictSame(
    report.cases.map((one: { label: string }) => one.label),
    ["fixed 2", "fixed 2 temperature 1", "fixed 4", "fixed 4 temperature 1"],
  );
  t.match(report.cases[0].rows, [
    { prompt: "7", domain: "story", tokens: 12, identical: true, trace: { length: 12 } },
    { prompt: "2", domain: null },
  ]);
  t.equal(report.cases[1].summary.identical, null);
  t.notMatch(stdout, folder, "folders are nobody's business");
});

t.test("a sweep has the policy's own choice beside its points; the files are written", async (t) => {
  const folder = t.testdir({ "prompts.jsonl": '{"text":"The fox"}\n' });
  const out = join(folder, "swept.json");
  const { code, stdout, stderr } = await cli([
    ...["bench", ...PAIR, ...SHORT, "--prompts", prompts(folder)],
    ...["--sweep", "draft.maxTokens=1..2", "--out", out],
  ]);
  t.equal(code, 0, stderr);
  t.match(stdout, /fixed 1.*\n.*fixed 2.*\n.*adaptive/);
  t.match(
    JSON.parse(readFileSync(out, "utf8")).cases.map((one: { sweep: unknown }) => one.sweep),
    [{ parameter: "draft.maxTokens", value: 1 }, { parameter: "draft.maxTokens", value: 2 }, null],
  );
});

t.test("each number of requests at once is a case, measured with the draft and without", async (t) => {
  const folder = t.testdir({ "prompts.jsonl": '{"text":"The fox"}\n{"text":"Once upon a time"}\n' });
  const { code, stdout, stderr } = await cli([
    ...["bench", ...PAIR, ...SHORT, "--prompts", prompts(folder), "--draft-policy", "adaptive"],
    ...["--concurrency", "1,3", "--requests", "2", "--json"],
  ]);
  t.equal(code, 0, stderr);
  const report = JSON.parse(stdout);
  t.strictSame(report.cases, []);
  t.equal(checkReport(report, "stdout"), report);
  const [alone, three] = report.concurrency;
  t.match(alone, { id: "fable-5m + fable-1m: adaptive, 1 at once", requests: 2, identical: true });
  t.match([alone.baseline.addedMs, alone.speculative.addedMs], [null, null], "nobody arrives beside it");
  // The first of each slot in two parts, but for one whose place is the end.
  t.match(three, { concurrency: 3, requests: 8, identical: true, ratios: { length: 2 } });
  for (const { tokensPerSecond, firstTokenMs, gapMs, addedMs } of [three.baseline, three.speculative]) {
    t.ok(tokensPerSecond > 0 && firstTokenMs.median > 0);
    // A quick machine has all of so short texts at once; test/unit/bench-streams has the figures.
    for (const times of [gapMs, addedMs]) t.ok(times === null || times.median <= times.p95);
  }
});

t.test(
  "interrupted while a case is measured, the report has the others and names what is missing",
  async (t) => {
    const folder = t.testdir({ "prompts.jsonl": '{"text":"The fox"}\n' });
    const settings = [1, 2, 3].map((maxTokens) => ({ policy: "fixed", maxTokens }) as const);
    const plan = await makePlan({
      ...{ preset: "quick", target: "fable-5m", drafts: ["fable-1m"], settings, threads: 1 },
      ...{ prompts: prompts(folder), maxTokens: 12, repeat: 1, processes: 1 },
    });
    const interrupt = new AbortController();
    const { cases, missing } = await runPlan(plan, {
      command: "foretoken bench",
      signal: interrupt.signal,
      onProgress: (text) => /^2\/3.*prompt/.test(text) && interrupt.abort(),
    });
    t.match(cases, [{ label: "fixed 1" }]);
    t.strictSame(
      missing.map(({ id, reason }) => [id, reason]),
      ["fixed 2", "fixed 3"].map((label) => [`fable-5m + fable-1m: ${label}`, "interrupted"]),
    );
  },
);

t.test("Ctrl-C writes the report and ends with 130", async (t) => {
  const folder = t.testdir({ "prompts.jsonl": '{"text":"The fox"}\n' });
  const out = join(folder, "part.json");
  const { code, hung } = await cli(
    ["bench", ...PAIR, "--max-tokens", "4000", "--repeat", "900", "--prompts", prompts(folder), "--out", out],
    { interruptAfter: setTimeout(4000) },
  );
  t.match({ code, hung }, { code: 130, hung: false });
  t.match(JSON.parse(readFileSync(out, "utf8")), { cases: [], missing: { length: 3 } });
  t.strictSame(readdirSync(folder), ["part.json", "prompts.jsonl"]);
});

/** Fulfilled once the file is there, or will not be. */
async function appeared(file: string): Promise<void> {
  for (let i = 0; i < 5000 && !existsSync(file); i++) await setTimeout(10);
}

const TWO_CASES = [...PAIR, ...SHORT, "--draft-max-tokens", "2,4"];

t.test("what is finished stays after kill -9", async (t) => {
  const folder = t.testdir({ "prompts.jsonl": '{"text":"The fox"}\n' });
  const out = join(folder, "killed");
  const { signal } = await cli(["bench", ...TWO_CASES, "--prompts", prompts(folder), "--out", out], {
    killAfter: appeared(`${out}.json`),
  });
  t.equal(signal, "SIGKILL");
  const report = JSON.parse(readFileSync(`${out}.json`, "utf8"));
  t.equal(checkReport(report, out), report);
  t.match(report, {
    cases: [{ label: "fixed 2" }],
    missing: [{ id: "fable-5m + fable-1m: fixed 4", reason: "not measured yet" }],
  });
  t.equal(report.cases.length, 1);
});

t.test("a second Ctrl-C loses nothing", async (t) => {
  const folder = t.testdir({ "prompts.jsonl": '{"text":"The fox"}\n' });
  const out = join(folder, "twice");
  const args = ["dist/cli/main.js", "bench", ...TWO_CASES, "--prompts", prompts(folder), "--out", out];
  const { NODE_OPTIONS: _, ...env } = process.env;
  const child = spawn(process.execPath, args, { stdio: "ignore", env });
  const ended = once(child, "exit");
  await appeared(`${out}.json`);
  child.kill("SIGINT");
  // The page is still being drawn.
  await setTimeout(30);
  child.kill("SIGINT");
  t.strictSame(await ended, [130, null]);
  t.match(JSON.parse(readFileSync(`${out}.json`, "utf8")), {
    cases: [{ label: "fixed 2" }],
    missing: [{ reason: "interrupted" }],
  });
  t.ok(existsSync(`${out}.html`));
});

t.test("a model that cannot be loaded is missing, the others are measured", async (t) => {
  const folder = t.testdir({ "broken.gguf": "no model", "prompts.jsonl": '{"text":"The fox"}\n' });
  const { code, stdout } = await cli([
    ...["bench", "--target", "fable-5m", "--draft", join(folder, "broken.gguf"), "fable-1m"],
    ...[...SHORT, "--prompts", prompts(folder), "--draft-max-tokens", "2", "--json"],
  ]);
  t.equal(code, 1);
  t.match(JSON.parse(stdout), {
    cases: [{ pair: "fable-5m + fable-1m" }],
    missing: [{ id: "fable-5m + broken: fixed 2", reason: /GGUF/ }],
  });
});

t.test("the processes of a case share nothing but its prompts", async (t) => {
  const folder = t.testdir({ "prompts.jsonl": '{"text":"The fox"}\n{"text":"Once upon a time"}\n' });
  const { code, stdout, stderr } = await cli([
    ...["bench", ...PAIR, "--max-tokens", "12", "--prompts", prompts(folder), "--repeat", "2"],
    ...["--processes", "3", "--draft-max-tokens", "2", "--temperature", "1", "--json"],
  ]);
  t.equal(code, 0, stderr);
  const report = JSON.parse(stdout);
  t.equal(checkReport(report, "stdout"), report);
  t.match(report.cases, [{ repeat: 2, processes: 3, seed: 1 }]);
  for (const { ratios, trace, tokens } of report.cases[0].rows) {
    t.equal(ratios.length, 6);
    t.equal(trace.length, tokens);
  }
});

t.test("wrong usage", async (t) => {
  const refused = async (args: string[], stderr: RegExp) =>
    t.match(await cli(["bench", ...args]), { code: 2, stderr });
  await refused(["--preset", "everything"], /Expected one of default, .* but received "everything"/);
  await refused(
    ["--sweep", "threads=1..4"],
    /draft\.maxTokens=.* or temperature=.* but received "threads=1\.\.4"/,
  );
  await refused(["--sweep", "draft.maxTokens=0..4"], /rising, 1 to 64/);
  await refused(["--sweep", "draft.maxTokens=5..1"], /rising, 1 to 64/);
  await refused(["--quick", "--repeat", "0"], /integer between 1 and 1000 for repeat/);
  await refused(
    ["--quick", "--out", "no-such-folder/report"],
    /folder that files can be written to .* "no-such-folder": ENOENT/,
  );
  await refused(["--prompts", "nowhere.jsonl"], /PROMPTS_INVALID/);
  await refused(["--processes", "0"], /integer between 1 and 100 for processes/);
  await refused(["--concurrency", "0"], /integer between 1 and 64 for concurrency/);
  await refused(["--concurrency", "2", "--sweep", "temperature=0,1"], /a sweep or concurrencies/);
  await refused(["--max-tokens", "some"], /Expected an integer/);
  await refused(["--quick", "--preset", "drafts"], /'--quick' cannot be used with option '--preset/);
  const lengths = ["--sweep", "draft.maxTokens=1..4"];
  await refused([...lengths, "--draft-max-tokens", "3"], /a sweep of draft lengths or draft settings/);
  await refused([...lengths, "--draft-policy", "fixed"], /a sweep of draft lengths or draft settings/);
  await refused(["--sweep", "temperature=0,1", "--temperature", "1"], /a sweep of temperatures or temp/);
  t.match(await cli(["bench", "--target", "no-such-model"]), { code: 1, stderr: /MODEL_NAME_UNKNOWN/ });
  t.notOk(existsSync("foretoken-bench.json"));
});
