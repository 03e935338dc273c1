/** Folders and files whose names have spaces and letters of other scripts, the working directory among them. */
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import t from "tap";
import { writeCheckpoint } from "../helpers/checkpoint.js";
import { cli } from "../helpers/cli.js";
import { fable, ids } from "../helpers/fable.js";
import { hubSandbox } from "../helpers/hub-sandbox.js";
import { syntheticReport } from "../helpers/report.js";
import { UNUSUAL, unusualFolder } from "../helpers/unusual-folder.js";

const root = fileURLToPath(new URL("../../", import.meta.url));
const MODEL = join(root, "models", "fable-1m.f16.gguf");
const FLAGS = ["--threads", "1", "--max-tokens", "6", "--ignore-end"];

t.test("a model is converted into one and generates from there, by relative and whole path", async (t) => {
  const cwd = unusualFolder(t);
  writeCheckpoint(join(cwd, "mein Modell é"), "gpt-neox", { format: "safetensors", seed: 1 });
  const converted = await cli(["convert", "mein Modell é", "--json"], { cwd });
  t.match({ code: converted.code, stderr: converted.stderr }, { code: 0, stderr: "" });
  const path = join(cwd, "mein Modell é.f16.gguf");
  t.equal(JSON.parse(converted.stdout).path, path);
  for (const target of ["mein Modell é.f16.gguf", path])
    t.match(await cli(["check", target, target], { cwd }), { code: 0, stderr: "" });
  copyFileSync(MODEL, join(cwd, "狐 1m.gguf"));
  const { code, stdout } = await cli(
    ["generate", "--target", "狐 1m.gguf", "--draft", join(cwd, "狐 1m.gguf"), ...FLAGS, "Once upon"],
    { cwd },
  );
  t.match({ code, stdout }, { code: 0, stdout: /\w/ });
});

t.test("hub cache, models folder and names of pulled models", async (t) => {
  const folder = unusualFolder(t);
  const hub = await hubSandbox(t, folder);
  hub.addCheckpoint("someone/tiny");
  t.match(await hub.cli(["pull", "someone/tiny"], { cwd: folder }), { code: 0 });
  t.strictSame(hub.modelFiles(), ["someone--tiny.f16.gguf"]);
  t.match(await hub.cli(["check", "tiny", "someone/tiny"], { cwd: folder }), { code: 0 });
  rmSync(hub.models, { recursive: true });
  t.match(await hub.cli(["pull", "someone/tiny"], { env: { HF_HUB_OFFLINE: "1" } }), { code: 0 });
  t.strictSame(hub.modelFiles(), ["someone--tiny.f16.gguf"]);
});

t.test("batch files and report files", async (t) => {
  const cwd = unusualFolder(t);
  writeFileSync(join(cwd, "Fragen é.jsonl"), '{"id":"狐","prompt":"The fox"}\n');
  const batch = ["batch", "Fragen é.jsonl", join(cwd, "Antworten #2.jsonl"), ...FLAGS];
  for (const _ of ["first", "again"]) t.match(await cli(batch, { cwd }), { code: 0 });
  t.match(JSON.parse(readFileSync(join(cwd, "Antworten #2.jsonl"), "utf8")), {
    id: "狐",
    generatedTokens: 6,
  });
  writeFileSync(join(cwd, "Bericht ü.json"), JSON.stringify(syntheticReport([{ cases: [{ length: 3 }] }])));
  t.match(await cli(["report", "Bericht ü.json", "--out", "Bericht 狐.html"], { cwd }), { code: 0 });
  t.match(readFileSync(join(cwd, "Bericht 狐.html"), "utf8"), /^<!doctype html>/i);
  t.strictSame(readdirSync(cwd).sort(), [
    "Antworten #2.jsonl",
    "Bericht ü.json",
    "Bericht 狐.html",
    "Fragen é.jsonl",
  ]);
});

t.test("session files and smaller copies of a draft", async (t) => {
  const folder = unusualFolder(t);
  const before = process.env.FORETOKEN_MODELS;
  process.env.FORETOKEN_MODELS = join(folder, "Modelle");
  t.teardown(() => {
    if (before === undefined) delete process.env.FORETOKEN_MODELS;
    else process.env.FORETOKEN_MODELS = before;
  });
  const model = join(folder, "狐 1m.gguf");
  copyFileSync(MODEL, model);
  const pair = await fable(t, { draft: { model, quantize: "q8_0" } });
  t.equal(readdirSync(join(folder, "Modelle", "quantized")).length, 1);
  const session = pair.session();
  await session.complete("The fox", { maxTokens: 4 });
  const file = join(folder, "Gespräch 狐.session");
  await session.save(file);
  t.strictSame((await pair.restoreSession(file)).tokens, session.tokens);
  t.equal(ids(await session.complete(" ran", { maxTokens: 2 })).length, 2);
});

t.test("the addon itself, with its libraries and modules", async (t) => {
  const folder = unusualFolder(t);
  const built = join(root, "build", "Release");
  mkdirSync(join(folder, "addon"));
  for (const name of readdirSync(built).filter((name) => /\.(node|so|dylib|dll)$/.test(name)))
    copyFileSync(join(built, name), join(folder, "addon", name));
  t.ok(existsSync(join(folder, "addon", "foretoken.node")));
  const env = { FORETOKEN_ADDON: join("..", UNUSUAL, "addon", "foretoken.node") };
  const { code, stdout, stderr } = await cli(["devices", "--json"], { cwd: folder, env });
  t.match({ code, stderr }, { code: 0, stderr: "" });
  t.ok(JSON.parse(stdout).some((device: { type: string }) => device.type === "cpu"));
});
