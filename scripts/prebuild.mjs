// @ts-check
// Builds the addon for other machines than this one and lays it out as node-gyp-build looks for it (docs/adr/0012-packages.md).
// On Linux the oldest C library that it runs with is this machine's: build where that is old enough.
//
// Needs: what build.mjs needs; on Linux binutils, too. Leaves: build/Portable, prebuilds/<platform>-<arch>.
import { copyFile, mkdir, readdir, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { build } from "./build.mjs";
import { prebuiltPaths } from "./prebuilds.mjs";
import { whyUnfit } from "./probe-addon.mjs";
import { isMain, run } from "./run.mjs";
import { compareVersions, newestSymbol } from "./symbol-versions.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));

const HELP = `Usage: node scripts/prebuild.mjs [options]

  --cuda               ggml's CUDA module too, into build/cuda instead of prebuilds
  --architectures <list>
                       with --cuda: what it is compiled for, as CMake names it (default: ggml's choice, all)
  --max-glibc <x.y>    fail if the binaries need a newer glibc
  --max-glibcxx <x.y.z>
                       the same of libstdc++'s symbols, GLIBCXX_<x.y.z>
`;

/** Of this process; null where there is only one. */
export function cLibrary() {
  if (process.platform !== "linux") return null;
  const { header } = /** @type {{ header: { glibcVersionRuntime?: string } }} */ (process.report.getReport());
  return header.glibcVersionRuntime === undefined ? "musl" : "glibc";
}

const { addon: addonPath, libraries: librariesPath } = prebuiltPaths(
  `${process.platform}-${process.arch}`,
  cLibrary(),
);

/** Where the prebuilt addon for this platform lies, once it was built. */
export function prebuiltAddon() {
  return join(root, addonPath);
}

/**
 * Throws where a binary would not run with an older distribution's library.
 * @param {string[]} files @param {"GLIBC" | "GLIBCXX"} library @param {string | undefined} most undefined: whatever it is
 */
async function requireAtMost(files, library, most) {
  if (most === undefined) return;
  for (const file of files) {
    const needed = await newestSymbol(file, library);
    if (needed !== null && compareVersions(needed, most) > 0)
      throw new Error(`${basename(file)} needs ${library}_${needed}, at most ${most} was asked for`);
  }
}

/**
 * @param {Pick<import("./build.mjs").BuildOptions, "cuda" | "architectures"> & { maxGlibc?: string | undefined, maxGlibcxx?: string | undefined }} [options]
 * @returns {Promise<string>} the addon
 */
export async function prebuild({ maxGlibc, maxGlibcxx, ...chosen } = {}) {
  const libc = cLibrary();
  const definitions = libc === null ? [] : [`-DFORETOKEN_LIBRARY_FOLDER=${libc}`];
  await build({ "no-tests": true, "all-cpu-variants": true, ...chosen }, definitions);
  const built = join(root, "build", "Portable");
  const files = (await readdir(built)).filter((name) => /\.(node|so|dylib|dll)$/.test(name));
  const isCuda = (/** @type {string} */ name) => name.includes("cuda");

  const libraries = join(root, librariesPath);
  const addon = prebuiltAddon();
  const cudaFolder = join(root, "build", "cuda");
  await rm(libraries, { recursive: true, force: true });
  await mkdir(libraries, { recursive: true });
  if (chosen.cuda) await mkdir(cudaFolder, { recursive: true });
  /** @type {string[]} */
  const placed = [];
  for (const name of files) {
    const place = name === "foretoken.node" ? addon : join(isCuda(name) ? cudaFolder : libraries, name);
    await copyFile(join(built, name), place);
    placed.push(place);
  }
  if (libc !== null) await run("strip", ["--strip-unneeded", ...placed]);
  if (libc === "glibc") {
    await requireAtMost(placed, "GLIBC", maxGlibc);
    await requireAtMost(placed, "GLIBCXX", maxGlibcxx);
  }
  const reason = whyUnfit(addon);
  if (reason !== null) throw new Error(`${addon} does not work here: ${reason}`);
  return addon;
}

if (isMain(import.meta.url)) {
  const options = /** @type {const} */ ({
    cuda: { type: "boolean" },
    architectures: { type: "string" },
    "max-glibc": { type: "string" },
    "max-glibcxx": { type: "string" },
    help: { type: "boolean" },
  });
  try {
    const { values } = parseArgs({ options });
    if (values.help) process.stdout.write(HELP);
    else {
      const { "max-glibc": maxGlibc, "max-glibcxx": maxGlibcxx, ...chosen } = values;
      process.stdout.write(`${await prebuild({ ...chosen, maxGlibc, maxGlibcxx })}\n`);
    }
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
    process.exitCode ||= 1;
  }
}
