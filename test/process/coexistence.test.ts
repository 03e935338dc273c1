/** Another llama.cpp addon in the same process: each must find its own libraries, whichever came first. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import t from "tap";
import { peerAddon } from "../helpers/peer-addon.js";

const run = promisify(execFile);
const peer = await peerAddon();

const LOAD_PEER = `
const theirs = require(process.env.PEER + "/llama-addon.node");
theirs.loadBackends(process.env.PEER);`;
const LOAD_OURS = `
const { loadPair } = await import(process.cwd() + "/dist/index.js");
const pair = await loadPair({ target: "fable-17m", draft: "fable-1m" });`;
const USE_BOTH = `
const model = new theirs.AddonModel("models/fable-17m.f16.gguf", { vocabOnly: true, gpuLayers: 0 });
await model.init();
const tokens = Array.from(model.tokenize("Once upon a time", false));
const ours = Array.from(pair.tokenize("Once upon a time"));
const { text } = await pair.complete("Once upon a time", { maxTokens: 24 });
await model.dispose();
await pair.close();
process.stdout.write("\\n" + JSON.stringify({ tokens, ours, text }));`;

const skip = "reason" in peer ? peer.reason : false;
if (skip) t.comment(`skipped: ${skip}`);

async function inOneProcess(...parts: string[]) {
  const script = `import { createRequire } from "node:module"; const require = createRequire(import.meta.url);${parts.join("")}`;
  const env = { ...process.env, PEER: "folder" in peer ? peer.folder : "" };
  const { stdout } = await run(process.execPath, ["--input-type=module", "-e", script], { env });
  return JSON.parse(stdout.split("\n").at(-1) ?? "") as { tokens: number[]; ours: number[]; text: string };
}

t.test("both orders of loading give the same tokens and the same text", { skip }, async (t) => {
  const first = await inOneProcess(LOAD_PEER, LOAD_OURS, USE_BOTH);
  const second = await inOneProcess(LOAD_OURS, LOAD_PEER, USE_BOTH);
  t.ok(first.tokens.length > 0);
  t.strictSame(first.ours, first.tokens);
  t.ok(first.text.length > 0);
  t.strictSame(second, first);
});
