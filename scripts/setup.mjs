// @ts-check
// Makes a fresh clone ready: npm packages, llama.cpp, the addon, dist/. Quick when all is in place. The addon is the one that
// `npm run build` made last, with the modules that it was asked for.
//
// Needs: a Node of package.json's engines, npm, git, CMake, a C++20 compiler. Leaves: node_modules, native/llama.cpp, build/Release, dist.
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { progressLine } from "./progress.mjs";
import { CommandError, isMain, run } from "./run.mjs";
import { compareVersions } from "./symbol-versions.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));

const TOOLS = [
  { name: "npm", args: ["--version"], install: "npm comes with Node.js" },
  { name: "git", args: ["--version"], install: "git unpacks llama.cpp's release" },
  { name: "cmake", args: ["--version"], install: "CMake ≥ 3.19 builds the addon" },
  {
    name: process.env.CXX ?? (process.platform === "win32" ? "cl" : "c++"),
    args: process.platform === "win32" ? [] : ["--version"],
    install: "a C++20 compiler builds the addon (GCC ≥ 11, Clang ≥ 14, MSVC 2022)",
  },
];

async function requireTools() {
  const { engines } = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
  if (compareVersions(process.versions.node, engines.node.replace(">=", "")) < 0)
    throw new Error(`Node.js ${engines.node} is needed, this is ${process.version}`);
  /** @type {string[]} */
  const missing = [];
  for (const { name, args, install } of TOOLS) {
    await run(name, args).catch(() => missing.push(`${name} is missing: ${install}`));
  }
  if (missing.length > 0) throw new Error(missing.join("\n"));
}

async function installPackages() {
  const hash = createHash("sha256")
    .update(await readFile(join(root, "package-lock.json")))
    .digest("hex");
  const stamp = join(root, "node_modules", ".foretoken-lock");
  if ((await readFile(stamp, "utf8").catch(() => "")) === hash) return;
  const progress = progressLine("npm packages");
  progress.update("installing");
  await run("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], { cwd: root });
  await writeFile(stamp, hash);
  progress.end("installed");
}

export async function compileTypeScript() {
  const tsc = createRequire(import.meta.url).resolve("typescript/bin/tsc");
  const state = join(root, "node_modules", ".cache", "tsbuildinfo");
  // It would say that all is compiled.
  if (!existsSync(join(root, "dist"))) await rm(state, { force: true });
  await run(process.execPath, [tsc, "--project", root, "--incremental", "--tsBuildInfoFile", state], {
    cwd: root,
  });
}

export async function setup() {
  await requireTools();
  await installPackages();
  const { build, keptBuild } = await import("./build.mjs");
  const { options, definitions } = await keptBuild();
  await build(options, definitions);
  await compileTypeScript();
}

if (isMain(import.meta.url)) {
  await setup().catch((error) => {
    process.stderr.write(`${error.message}\n${error instanceof CommandError ? error.output : ""}`);
    process.exitCode ||= 1;
  });
}
