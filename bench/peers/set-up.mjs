// Makes the peers ready under build/peers: llama.cpp's own tools from the pinned release without our patches, and
// node-llama-cpp with its own prebuilt CPU binary; again where native/llama-cpp.json pins other versions. Needs a built checkout, CMake,
// Ninja, the npm registry.
import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { progressLine } from "../../scripts/progress.mjs";
import { run } from "../../scripts/run.mjs";
import { configuration, SOURCE, unpackSource } from "./llama-cpp.mjs";
import { isMadeOf, startMaking } from "./made-of.mjs";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const PEERS = join(ROOT, "build", "peers");
const TOOLS = ["llama-bench", "llama-speculative-simple", "llama-server"];

/** @returns the folder of llama.cpp's tools, and their release */
export async function setUpTools() {
  const { release, commit } = await pin();
  const build = join(PEERS, "build");
  const tools = join(build, "bin");
  const progress = progressLine("peers");
  const complete = TOOLS.every((tool) => existsSync(join(tools, tool)));
  if (!complete || !(await isMadeOf(build, commit))) await buildTools(build, commit, progress);
  progress.clear();
  return { tools, release };
}

/** @returns the folder of the tools, node-llama-cpp's folder, and what both are */
export async function setUpPeers() {
  const { version } = await pin();
  const { tools, release } = await setUpTools();
  const node = join(PEERS, "node");
  const progress = progressLine("peers");
  const complete = existsSync(join(node, "node_modules", "node-llama-cpp", "package.json"));
  if (!complete || !(await isMadeOf(node, version))) {
    progress.update(`installing node-llama-cpp ${version}`);
    await startMaking(node, version);
    await writeFile(join(node, "package.json"), '{ "private": true }\n');
    await run("npm", ["install", "--ignore-scripts", `node-llama-cpp@${version}`], { cwd: node });
  }
  progress.clear();
  return { tools, node, versions: { "llama.cpp": release, "node-llama-cpp": version } };
}

async function pin() {
  return JSON.parse(await readFile(join(ROOT, "native", "llama-cpp.json"), "utf8"));
}

async function buildTools(build, commit, progress) {
  const source = join(ROOT, SOURCE);
  await startMaking(build, commit);
  await unpackSource(source);
  await run("cmake", configuration(source, build));
  await run("cmake", ["--build", build, "--target", ...TOOLS], {
    onLine: (line) => progress.update(`building llama.cpp's tools ${/^\[\d+\/\d+\]/.exec(line)?.[0] ?? ""}`),
  });
}
