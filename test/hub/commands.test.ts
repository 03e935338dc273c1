/** What the command line adds: convert with a repository, revisions, Ctrl-C, JSON. */
import { existsSync, mkdirSync, readFileSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import t from "tap";
import { readGgufSource } from "../../lib/convert/gguf-source.js";
import { downloadCheckpoint, pullModel, pullPair } from "../../lib/index.js";
import { writeCheckpoint } from "../helpers/checkpoint.js";
import { hubSandbox, PYTHIA } from "../helpers/hub-sandbox.js";

t.test("convert fetches a repository and notes it and its commit", async (t) => {
  const hub = await hubSandbox(t);
  const commit = hub.addCheckpoint(PYTHIA);
  const cwd = join(hub.folder, "work");
  mkdirSync(cwd);
  const { code, stdout, stderr } = await hub.cli(["convert", PYTHIA, "--json"], { cwd });
  t.match({ code, stderr }, { code: 0, stderr: "" });
  t.match(JSON.parse(stdout), { path: join(cwd, "pythia-160m-deduped.f16.gguf"), architecture: "gptneox" });
  t.strictSame(await readGgufSource(join(cwd, "pythia-160m-deduped.f16.gguf")), {
    repository: PYTHIA,
    revision: commit,
  });
  t.match(await hub.cli(["convert", PYTHIA, "--revision", "v1", "--out", "v1.gguf"], { cwd }), { code: 0 });
  t.match(await readGgufSource(join(cwd, "v1.gguf")), { revision: commit });
  t.match(await hub.cli(["convert", "nobody/nothing"], { cwd }), { code: 1, stderr: /\[HUB_NOT_FOUND\]/ });
  t.notOk(existsSync(hub.models), "models that were not asked for are not put anywhere");

  const asked = hub.server.asked.length;
  writeCheckpoint(join(cwd, PYTHIA), "opt");
  t.match(await hub.cli(["convert", PYTHIA, "--out", "folder.gguf"], { cwd }), {
    code: 0,
    stdout: /folder[.]gguf: opt/,
  });
  t.equal(hub.server.asked.length, asked, "a folder of that name goes first");
});

t.test("a revision has a name of its own; a new commit replaces the model", async (t) => {
  const hub = await hubSandbox(t);
  const commit = hub.addCheckpoint(PYTHIA);
  t.match(await hub.cli(["pull", PYTHIA]), { code: 0, stdout: /-deduped: 0[.]\d MB received/ });
  t.match(await hub.cli(["pull", PYTHIA, "--revision", "v1"]), {
    code: 0,
    stdout: /-deduped@v1: 0[.]0 MB received/,
  });
  t.strictSame(hub.modelFiles(), [
    "EleutherAI--pythia-160m-deduped.f16.gguf",
    "EleutherAI--pythia-160m-deduped@v1.f16.gguf",
  ]);
  const path = join(hub.models, "EleutherAI--pythia-160m-deduped.f16.gguf");
  t.match(await readGgufSource(path), { revision: commit });
  const newer = hub.server.add(PYTHIA, hub.source(PYTHIA, ""), "f".repeat(40));
  t.match(await hub.cli(["pull", PYTHIA]), { code: 0, stdout: /commit ffffffffffff/ });
  t.match(await readGgufSource(path), { revision: newer });
  t.match(await hub.cli(["pull", PYTHIA]), { code: 0, stdout: /already there/ });
});

t.test(
  "Ctrl-C: 130, nothing said, and the next pull goes on",
  { skip: process.platform === "win32" },
  async (t) => {
    const hub = await hubSandbox(t);
    hub.addCheckpoint(PYTHIA);
    hub.server.faults.push({ at: /^cdn/, times: 1, hangAt: 5000 });
    const hangs = async () => {
      while (!hub.incomplete(PYTHIA).some((path) => statSync(path).size === 5000))
        await new Promise((resolve) => setTimeout(resolve, 5));
    };
    const ended = await hub.cli(["pull", PYTHIA, "--json"], { interruptAfter: hangs() });
    t.match(ended, { code: 130, signal: null, stdout: "", stderr: "", hung: false });
    t.strictSame(hub.modelFiles(), []);
    t.match(
      hub.incomplete(PYTHIA).map((path) => basename(path)),
      [/^[0-9a-f]{64}[.]incomplete$/],
    );
    const again = await hub.cli(["pull", PYTHIA, "--json"]);
    t.match(again, { code: 0, stderr: "" });
    t.match(JSON.parse(again.stdout), { repository: PYTHIA, name: PYTHIA, alreadyThere: false });
    t.equal(hub.server.downloads(/safetensors/).at(-1)?.range, "bytes=5000-");
  },
);

t.test("aborted at every stage: the signal's reason, nothing left in the models folder", async (t) => {
  const hub = await hubSandbox(t);
  hub.addCheckpoint(PYTHIA);
  hub.useEnvironment();
  const reason = new Error("enough");
  await t.rejects(pullModel({ repository: PYTHIA, signal: AbortSignal.abort(reason) }), reason);
  for (const stage of ["download", "convert"]) {
    const stop = new AbortController();
    const onProgress = (progress: { stage: string }) => {
      if (progress.stage === stage) stop.abort(reason);
    };
    await t.rejects(pullModel({ repository: PYTHIA, signal: stop.signal, onProgress }), reason);
    t.strictSame(hub.modelFiles(), []);
    const failing = () => {
      throw reason;
    };
    await t.rejects(
      downloadCheckpoint({ repository: PYTHIA, onProgress: failing }),
      reason,
      "so does a listener",
    );
  }
  t.match(await pullModel({ repository: PYTHIA }), { alreadyThere: false });
});

t.test("pairs that are embedded or unknown", async (t) => {
  t.strictSame(await pullPair({ pair: "fable" }), { pair: "fable", models: [] });
  await t.rejects(pullPair({ pair: "fabel" }), {
    name: "HubError",
    code: "PAIR_NAME_UNKNOWN",
    message: /mean "fable"/,
  });
  await t.rejects(pullPair({ pair: "fable", revision: "x" } as never), { code: "OPTION_UNKNOWN" });
});

t.test("a file that notes no source", async (t) => {
  const folder = t.testdir({ text: "no GGUF" });
  t.equal(await readGgufSource(join(folder, "text")), null);
  t.equal(await readGgufSource(join(folder, "nothing")), null);
  const cut = join(folder, "cut.gguf");
  writeFileSync(cut, readFileSync(new URL("../../models/fable-1m.f16.gguf", import.meta.url)));
  t.equal(await readGgufSource(cut), null);
  truncateSync(cut, 40);
  t.equal(await readGgufSource(cut), null);
});
