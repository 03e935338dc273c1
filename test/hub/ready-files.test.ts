/** GGUF files that a repository holds ready. */
import { copyFileSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import t, { type Test } from "tap";
import { loadPair, pullModel } from "../../lib/index.js";
import { hubSandbox } from "../helpers/hub-sandbox.js";

const READY = fileURLToPath(new URL("../../models/fable-1m.f16.gguf", import.meta.url));
const REPOSITORY = "someone/fable-1m-GGUF";

async function sandbox(t: Test, files: string[]) {
  const hub = await hubSandbox(t);
  for (const file of files) {
    const path = hub.source(REPOSITORY, file);
    mkdirSync(dirname(path), { recursive: true });
    copyFileSync(READY, path);
  }
  const commit = hub.server.add(REPOSITORY, hub.source(REPOSITORY, ""));
  hub.useEnvironment();
  return { ...hub, commit };
}

t.test("the only one is taken, and found by its repository", async (t) => {
  const hub = await sandbox(t, ["fable-1m.q8_0.gguf", "README.md"]);
  const report = await pullModel({ repository: REPOSITORY });
  const { size } = statSync(READY);
  t.match(report, {
    name: `${REPOSITORY}/fable-1m.q8_0.gguf`,
    revision: hub.commit,
    bytes: size,
    received: size,
    alreadyThere: false,
    checkpoint: null,
  });
  t.ok(readFileSync(report.path).equals(readFileSync(READY)));
  for (const name of [REPOSITORY, "fable-1m-GGUF", "fable-1m.q8_0", report.name]) {
    const pair = await loadPair({ target: name, draft: false });
    t.equal(pair.target.path, report.path);
    await pair.close();
  }
});

t.test("again: nothing is done, whether or not the cache still holds it", async (t) => {
  const hub = await sandbox(t, ["model.gguf"]);
  const { path } = await pullModel({ repository: REPOSITORY });
  t.match(await pullModel({ repository: REPOSITORY }), { alreadyThere: true, received: 0 });
  rmSync(hub.cache, { recursive: true });
  t.match(await pullModel({ repository: REPOSITORY }), { alreadyThere: true, received: 0 });
  writeFileSync(path, "changed");
  t.match(await pullModel({ repository: REPOSITORY }), { alreadyThere: false });
  t.ok(readFileSync(path).equals(readFileSync(READY)));
  t.strictSame(hub.modelFiles(), ["someone--fable-1m-GGUF--model.gguf"]);
});

t.test("of several the one in f16; a file that is named, also in a folder", async (t) => {
  await sandbox(t, [
    "m-q4_k_m.gguf",
    "m-f16.gguf",
    "big/m-00001-of-00002.gguf",
    "sub/m.gguf",
    "mmproj-f16.gguf",
  ]);
  t.match(await pullModel({ repository: REPOSITORY }), { name: `${REPOSITORY}/m-f16.gguf` });
  const named = await pullModel({ repository: REPOSITORY, file: "sub/m.gguf" });
  t.match(named, { name: `${REPOSITORY}/sub/m.gguf`, path: /someone--fable-1m-GGUF--sub~m[.]gguf$/ });
  await t.rejects(loadPair({ target: "fable-1m-GGUF" }), {
    name: "ModelError",
    code: "MODEL_NAME_AMBIGUOUS",
    message: /m-f16[.]gguf, .*sub[/]m[.]gguf/,
  });
});

t.test("on the command line", async (t) => {
  const hub = await sandbox(t, ["a.gguf", "b.gguf"]);
  t.match(await hub.cli(["pull", REPOSITORY]), {
    code: 1,
    stderr: /several: a[.]gguf, b[.]gguf.*\[REPOSITORY_UNSUITABLE\]/,
  });
  t.match(await hub.cli(["pull", `${REPOSITORY}/a.gguf`]), {
    code: 0,
    stdout: /GGUF[/]a[.]gguf: 3[.]0 MB received/,
  });
  t.match(await hub.cli(["pull", REPOSITORY, "--file", "b.gguf", "--json"]), {
    code: 0,
    stdout: /"alreadyThere": false/,
  });
  t.match(await hub.cli(["pull", REPOSITORY, "--file", "c.gguf"]), {
    code: 1,
    stderr: /its GGUF files: a[.]gguf, b[.]gguf.*\[HUB_NOT_FOUND\]/,
  });
  t.strictSame(hub.modelFiles(), ["someone--fable-1m-GGUF--a.gguf", "someone--fable-1m-GGUF--b.gguf"]);
});

t.test("what cannot be taken", async (t) => {
  const hub = await sandbox(t, ["README.md", "x-00001-of-00002.gguf", "x-00002-of-00002.gguf"]);
  await t.rejects(pullModel({ repository: REPOSITORY }), {
    code: "REPOSITORY_UNSUITABLE",
    message: /several: x-00001/,
  });
  for (const file of ["x-00001-of-00002.gguf", "README.md"])
    await t.rejects(pullModel({ repository: REPOSITORY, file }), { code: "REPOSITORY_UNSUITABLE" });
  await t.rejects(pullModel({ repository: REPOSITORY, file: "../../x.gguf" }), { code: "HUB_NOT_FOUND" });
  writeFileSync(hub.source(REPOSITORY, "bad.gguf"), "this is none");
  await t.rejects(pullModel({ repository: REPOSITORY, file: "bad.gguf" }), { code: "MODEL_NOT_GGUF" });
  t.strictSame(hub.modelFiles(), []);
});

t.test("what could not be converted is refused before its weights come", async (t) => {
  const hub = await hubSandbox(t);
  hub.useEnvironment();
  const commit = hub.addCheckpoint("a/t5");
  t.ok(commit);
  writeFileSync(join(hub.source("a/t5", "config.json")), JSON.stringify({ model_type: "t5" }));
  await t.rejects(pullModel({ repository: "a/t5" }), { code: "CHECKPOINT_UNSUPPORTED", message: /"t5"/ });
  hub.addCheckpoint("a/untokenized");
  rmSync(hub.source("a/untokenized", "tokenizer.json"));
  await t.rejects(pullModel({ repository: "a/untokenized" }), {
    code: "REPOSITORY_UNSUITABLE",
    message: /tokenizer[.]json/,
  });
  t.strictSame(hub.server.downloads(/safetensors/), []);
});
