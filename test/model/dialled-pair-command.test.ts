/** scripts/dialled-pair.mjs as a command, and what is left of a file that was not finished. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { dialledDraft, dialledTarget, writeDialledPair } from "../../scripts/dialled/pair.mjs";
import { run } from "../helpers/child.js";

const command = (args: string[], options: Parameters<typeof run>[2] = {}) =>
  run("scripts/dialled-pair.mjs", args, options);
const TINY = ["--preset", "tiny", "--vocabulary", "1024"];

t.test("prints the files' paths; the JSON files tell the starts", async (t) => {
  const out = t.testdir();
  const ended = await command([...TINY, "--agreement", "0,1", "--seed", "7", "--out", out]);
  t.equal(ended.code, 0, ended.stderr);
  const paths = ended.stdout.trim().split("\n");
  t.equal(paths.length, 3);
  const abouts = paths.map((path) => JSON.parse(readFileSync(path.replace(".f16.gguf", ".json"), "utf8")));
  t.match(abouts[0], { role: "target", seed: 7, vocabulary: 1024, starts: [Number, Number] });
  t.match(abouts[1], { role: "draft", agreement: 0, starts: abouts[0].starts, agreements: [0, 0] });
  t.match(abouts[2], { role: "draft", agreement: 1, starts: abouts[0].starts, agreements: [1, 1] });
  t.equal(join(out, abouts[1].target), paths[0]);

  const again = await command([...TINY, "--agreement", "1", "--seed", "7", "--out", out]);
  t.equal(again.stderr.match(/already there/g)?.length, 2);
});

t.test("--help shows presets and examples", async (t) => {
  const { code, stdout } = await command(["--help"]);
  t.equal(code, 0);
  t.match(stdout, /pythia-1.4b\/160m, opt-350m\/125m/);
  t.match(stdout, /Examples:\n/);
});

t.test("wrong arguments are told before anything is written", async (t) => {
  const out = t.testdir();
  const refused: [string[], RegExp][] = [
    [["--agreement", "1.5"], /number from 0 to 1 for agreement but received 1.5/],
    [["--agreement", "0.5,x"], /number for --agreement but received "x"/],
    [["--preset", "gpt"], /one of pythia-1.4b\/160m, .* for the preset but received "gpt"/],
    [["--seed=-1"], /integer from 0 to 4294967295 for seed but received -1/],
    [["--cycle", "1"], /for cycle but received 1/],
    [["--information", "2"], /for information but received 2/],
    [["--draft-heads", "3"], /multiple of 8 for each of its 3 heads/],
    [["--draft-hidden", "16"], /larger hidden size than 16 or a smaller vocabulary/],
    [["--only", "both"], /one of target, draft/],
    [["--colour", "red"], /--colour/],
  ];
  for (const [args, message] of refused) {
    const ended = await command([...TINY, "--out", out, ...args]);
    t.match(ended, { code: 1, stdout: "", stderr: message });
    t.match(ended.stderr, /--help shows the options/);
  }
  t.strictSame(readdirSync(out), []);
});

t.test("Ctrl-C leaves whole files only", async (t) => {
  const out = t.testdir();
  const agreements = ["0.5", "0.6", "0.7", "0.8", "0.85", "0.9", "0.95"];
  const args = ["--preset", "small", "--agreement", agreements.join(), "--out", out];
  const ended = await command(args, { signalOnOutput: "SIGINT" });
  t.match(ended, { code: 130, signal: null, hung: false, stderr: /interrupted, nothing left/ });
  const files = readdirSync(out);
  t.equal(
    files.filter((file) => file.endsWith(".gguf")).length,
    files.filter((f) => f.endsWith(".json")).length,
  );
  t.equal(files.length % 2, 0);
  t.ok(files.length < 2 * (agreements.length + 1));
});

t.test("an aborted write removes what it began", async (t) => {
  const out = t.testdir();
  const controller = new AbortController();
  const reason = new Error("enough");
  const writing = writeDialledPair(
    out,
    { shape: "tiny", agreement: 1 },
    {
      signal: controller.signal,
      onProgress: (written, size) => written > size / 2 && controller.abort(reason),
    },
  );
  await t.rejects(writing, reason);
  t.strictSame(readdirSync(out), []);
});

t.test("a file with other parameters is not taken for this one", async (t) => {
  const shape = {
    target: { name: "one", graph: "gptneox", hidden: 128, layers: 1, heads: 1, feedForward: 128 },
    vocabulary: 64,
  } as const;
  const options = (context: number) => ({
    shape: { ...shape, draft: shape.target, context },
    agreement: 0.5,
  });
  const { target } = await writeDialledPair(t.testdir(), options(512));
  t.equal(await dialledTarget(options(512)).file.isAt(target), true);
  t.equal(await dialledTarget(options(256)).file.isAt(target), false);
  t.equal(await dialledDraft(options(512)).file.isAt(target), false);
});
