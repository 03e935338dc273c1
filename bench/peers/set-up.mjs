// Makes the peers ready under build/peers: llama.cpp's own tools from the pinned release without our patches, and
// node-llama-cpp with its own prebuilt CPU binary. Needs a built checkout, CMake, Ninja, the npm registry.
import { existsSync } from "node:fs";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { progressLine } from "../../scripts/progress.mjs";
import { run } from "../../scripts/run.mjs";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const PEERS = join(ROOT, "build", "peers");
const TREE = join(ROOT, "native", "llama.cpp");
const TOOLS = ["llama-bench", "llama-speculative-simple"];

/** @returns the folder of the tools, node-llama-cpp's folder, and what both are */
export async function setUpPeers() {
  const { version, release } = JSON.parse(await readFile(join(ROOT, "native", "llama-cpp.json"), "utf8"));
  const tools = join(PEERS, "build", "bin");
  const node = join(PEERS, "node");
  const progress = progressLine("peers");
  if (!TOOLS.every((tool) => existsSync(join(tools, tool)))) await buildTools(progress);
  if (!existsSync(join(node, "node_modules", "node-llama-cpp", "package.json"))) {
    progress.update(`installing node-llama-cpp ${version}`);
    await mkdir(node, { recursive: true });
    await writeFile(join(node, "package.json"), '{ "private": true }\n');
    await run("npm", ["install", "--ignore-scripts", `node-llama-cpp@${version}`], { cwd: node });
  }
  progress.clear();
  return { tools, node, versions: { "llama.cpp": release, "node-llama-cpp": version } };
}

async function buildTools(progress) {
  const source = join(PEERS, "llama.cpp");
  await rm(source, { recursive: true, force: true });
  await mkdir(source, { recursive: true });
  // The commit itself: our patches are changes of the working tree.
  await run("sh", ["-c", 'git -C "$1" archive HEAD | tar -x -C "$2"', "sh", TREE, source]);
  const options = ["TESTS", "SERVER", "APP", "UI"].map((part) => `-DLLAMA_BUILD_${part}=OFF`);
  const build = join(PEERS, "build");
  await run("cmake", [
    ...["-S", source, "-B", build, "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Release", "-DLLAMA_OPENSSL=OFF"],
    ...options,
  ]);
  await run("cmake", ["--build", build, "--target", ...TOOLS], {
    onLine: (line) => progress.update(`building llama.cpp's tools ${/^\[\d+\/\d+\]/.exec(line)?.[0] ?? ""}`),
  });
}
