// @ts-check
// Packs what a machine without Node and network needs to build and test this checkout into pieces beside the script that unpacks
// them, llama.cpp without our patches among it, to be compared with. Needs: git, tar, xz, a built checkout. Leaves:
// <out>/gpu-check.sh, piece-00 …, SHA256SUMS, whole or not at all.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { copyFile, mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { LLAMA_BENCH, SOURCE, unpackSource } from "../../bench/peers/llama-cpp.mjs";
import { run } from "../run.mjs";
import { packageFolders } from "./packages.mjs";

export const MIB = 1 << 20;
/** What of llama.cpp's tree its CMake files read for the libraries. */
const LLAMA_CPP = [
  "CMakeLists.txt",
  "LICENSE",
  ".foretoken-stamp",
  "cmake",
  "ggml",
  "include",
  "src",
  "vendor",
];
const NOT_THERE = /^(docs|examples|bench\/results|\.ci)\//;
const NOT_RUN = /\.(map|md|markdown|d\.[mc]?ts)$/;
const TEST_PACKAGES = ["tap", "tsx", "prom-client"];

/** @typedef {{ files: string[], bytes: number }} Part */

/**
 * The files by what they are for, as paths below the root.
 * @param {string} root @param {{ untrackedOnly?: boolean }} [options] untrackedOnly: the rest travels in another way
 * @returns {Promise<{ tracked: Part, llamaCpp: Part, packages: Part, dist: Part }>}
 */
export async function listFiles(root, { untrackedOnly = false } = {}) {
  const { dependencies } = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
  const folders = await packageFolders(root, [...Object.keys(dependencies), ...TEST_PACKAGES]);
  const tracked = untrackedOnly
    ? ""
    : await run("git", ["ls-files", "-zco", "--exclude-standard"], { cwd: root });
  const packages = await Promise.all(folders.map((folder) => below(root, folder, /^node_modules$/)));
  const llamaCpp = await Promise.all(
    LLAMA_CPP.map((name) => below(root, join("native", "llama.cpp", name), /^\.git$/)),
  );
  const lists = {
    tracked: tracked
      .split("\0")
      .filter((file) => !NOT_THERE.test(file) && file !== "" && existsSync(join(root, file))),
    llamaCpp: llamaCpp.flat(),
    packages: packages.flat().filter((file) => !NOT_RUN.test(file)),
    dist: (await below(root, "dist")).filter((file) => !NOT_RUN.test(file)),
  };
  /** @param {string[]} files */
  const part = async (files) => {
    const sizes = await Promise.all(files.map(async (file) => (await stat(join(root, file))).size));
    return { files: files.sort(), bytes: sizes.reduce((sum, size) => sum + size, 0) };
  };
  const { tracked: own, llamaCpp: llama, packages: npm, dist } = lists;
  return {
    tracked: await part(own),
    llamaCpp: await part(llama),
    packages: await part(npm),
    dist: await part(dist),
  };
}

/** @param {string} root @param {string} path @param {RegExp} [except] names of folders left out @returns {Promise<string[]>} */
async function below(root, path, except) {
  if ((await stat(join(root, path))).isFile()) return [path];
  const found = [];
  for (const entry of await readdir(join(root, path), { withFileTypes: true })) {
    const inside = join(path, entry.name);
    if (entry.isFile()) found.push(inside);
    else if (entry.isDirectory() && !except?.test(entry.name))
      found.push(...(await below(root, inside, except)));
  }
  return found;
}

/**
 * @param {string} root
 * @param {{ out: string, pieceBytes: number, untrackedOnly?: boolean, level?: number, node?: string, onBytes?: (bytes: number) => void }} options
 *   level: xz's, 0…9; node: the binary to take along.
 * @returns {Promise<{ pieces: string[], bytes: number }>}
 */
export async function pack(
  root,
  { out, pieceBytes, untrackedOnly, level = 6, node = process.execPath, onBytes },
) {
  const parts = await listFiles(root, untrackedOnly === undefined ? {} : { untrackedOnly });
  await mkdir(dirname(out), { recursive: true });
  const stage = await mkdtemp(join(dirname(out), ".gpu-check-"));
  try {
    const inside = join(stage, "inside");
    const result = join(stage, "result");
    await mkdir(join(inside, ".node", "bin"), { recursive: true });
    await mkdir(result);
    await copyFile(node, join(inside, ".node", "bin", "node"));
    await unpackSource(join(inside, SOURCE), LLAMA_BENCH, join(root, "native", "llama.cpp"));
    const commit = (await run("git", ["rev-parse", "HEAD"], { cwd: root })).trim();
    const changes = (await run("git", ["status", "--porcelain"], { cwd: root })) === "" ? "" : "+changes";
    await writeFile(join(inside, ".node", "packed.json"), JSON.stringify({ commit: commit + changes }));
    const list = join(stage, "list");
    await writeFile(
      list,
      Object.values(parts)
        .flatMap(({ files }) => files.map((file) => `${file}\0`))
        .join(""),
    );
    const pieces = await compress(
      ["-cf", "-", "-C", root, "--null", "-T", list, "-C", relative(root, inside) || ".", ".node", SOURCE],
      { root, result, pieceBytes, level, onBytes },
    );
    await writeFile(
      join(result, "SHA256SUMS"),
      pieces.map(({ name, hash }) => `${hash}  ${name}\n`).join(""),
    );
    await copyFile(new URL("unpack.sh", import.meta.url), join(result, "gpu-check.sh"));
    await rm(out, { recursive: true, force: true });
    await rename(result, out);
    return {
      pieces: pieces.map(({ name }) => join(out, name)),
      bytes: pieces.reduce((sum, { bytes }) => sum + bytes, 0),
    };
  } finally {
    await rm(stage, { recursive: true, force: true });
  }
}

/**
 * tar's output through xz into pieces.
 * @param {string[]} tarArguments
 * @param {{ root: string, result: string, pieceBytes: number, level: number, onBytes?: ((bytes: number) => void) | undefined }} options
 */
async function compress(tarArguments, { root, result, pieceBytes, level, onBytes }) {
  const tar = spawn("tar", tarArguments, { cwd: root, stdio: ["ignore", "pipe", "inherit"] });
  const xz = spawn("xz", [`-${level}`, "-T0", "-c"], { stdio: ["pipe", "pipe", "inherit"] });
  tar.stdout.pipe(xz.stdin);
  const ends = [tar, xz].map(async (child) => {
    const [code] = await once(child, "close");
    if (code !== 0) throw new Error(`${child.spawnfile} ended with status ${code}`);
  });
  const done = Promise.all(ends);
  done.catch(() => {});
  /** @type {{ name: string, hash: string, bytes: number }[]} */
  const pieces = [];
  /** @type {Buffer[]} */
  let kept = [];
  let size = 0;
  const flush = async () => {
    const bytes = Buffer.concat(kept);
    const name = `piece-${String(pieces.length).padStart(2, "0")}`;
    await writeFile(join(result, name), bytes);
    pieces.push({ name, hash: createHash("sha256").update(bytes).digest("hex"), bytes: bytes.length });
    kept = [];
    size = 0;
  };
  for await (const chunk of /** @type {AsyncIterable<Buffer>} */ (xz.stdout)) {
    onBytes?.(chunk.length);
    for (let rest = chunk; rest.length > 0; ) {
      const taken = rest.subarray(0, pieceBytes - size);
      kept.push(taken);
      size += taken.length;
      rest = rest.subarray(taken.length);
      if (size === pieceBytes) await flush();
    }
  }
  if (size > 0) await flush();
  await done;
  return pieces;
}
