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
const TOOLS = ["llama-bench", "llama-speculative-simple", "llama-server"];

/** @returns the folder of llama.cpp's tools, and their release */
export async function setUpTools() {
  const { release } = await pin();
  const tools = join(PEERS, "build", "bin");
  const progress = progressLine("peers");
  if (!TOOLS.every((tool) => existsSync(join(tools, tool)))) await buildTools(progress);
  progress.clear();
  return { tools, release };
}

/** @returns the folder of the tools, node-llama-cpp's folder, and what both are */
export async function setUpPeers() {
  const { version } = await pin();
  const { tools, release } = await setUpTools();
  const node = join(PEERS, "node");
  const progress = progressLine("peers");
  if (!existsSync(join(node, "node_modules", "node-llama-cpp", "package.json"))) {
    progress.update(`installing node-llama-cpp ${version}`);
    await mkdir(node, { recursive: true });
    await writeFile(join(node, "package.json"), '{ "private": true }\n');
    await run("npm", ["install", "--ignore-scripts", `node-llama-cpp@${version}`], { cwd: node });
  }
  progress.clear();
  return { tools, node, versions: { "llama.cpp": release, "node-llama-cpp": version } };
}

async function pin() {
  return JSON.parse(await readFile(join(ROOT, "native", "llama-cpp.json"), "utf8"));
}

async function buildTools(progress) {
  const source = join(PEERS, "llama.cpp");
  await rm(source, { recursive: true, force: true });
  await mkdir(source, { recursive: true });
  // The commit itself: our patches are changes of the working tree.
  await run("sh", ["-c", 'git -C "$1" archive HEAD | tar -x -C "$2"', "sh", TREE, source]);
  // The server's page would be fetched.
  const left = [
    "LLAMA_OPENSSL",
    "LLAMA_USE_PREBUILT_UI",
    "LLAMA_BUILD_TESTS",
    "LLAMA_BUILD_APP",
    "LLAMA_BUILD_UI",
  ];
  const build = join(PEERS, "build");
  await run("cmake", [
    ...["-S", source, "-B", build, "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Release"],
    ...left.map((option) => `-D${option}=OFF`),
  ]);
  await run("cmake", ["--build", build, "--target", ...TOOLS], {
    onLine: (line) => progress.update(`building llama.cpp's tools ${/^\[\d+\/\d+\]/.exec(line)?.[0] ?? ""}`),
  });
}
