// @ts-check
// llama.cpp's own tools at the pinned release, without our patches: their sources, and how they are configured.
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { run } from "../../scripts/run.mjs";

const TREE = fileURLToPath(new URL("../../native/llama.cpp", import.meta.url));

/** Where they lie below the repository's root. */
export const SOURCE = join("build", "peers", "llama.cpp");

/** What llama-bench is built of. */
export const LLAMA_BENCH = [
  ...[
    "CMakeLists.txt",
    "LICENSE",
    "cmake",
    "common",
    "ggml",
    "include",
    "licenses",
    "src",
    "vendor",
    "tools",
  ],
  ...[":(exclude)tools/ui", ":(exclude)tools/server"],
];

/**
 * Needs git, tar and llama.cpp's tree.
 * @param {string} folder
 * @param {string[]} [parts] git's pathspecs; all unless told
 * @param {string} [tree] llama.cpp's
 */
export async function unpackSource(folder, parts = [], tree = TREE) {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  // The commit itself: our patches are changes of the working tree.
  const archive = 'tree=$1; folder=$2; shift 2; git -C "$tree" archive HEAD -- "$@" | tar -x -C "$folder"';
  await run("sh", ["-c", archive, "sh", tree, folder, ...parts]);
}

/** Arguments of cmake. @param {string} source @param {string} build @param {string[]} [definitions] */
export function configuration(source, build, definitions = []) {
  // The server's page would be fetched.
  const left = ["OPENSSL", "USE_PREBUILT_UI", "BUILD_TESTS", "BUILD_APP", "BUILD_UI"];
  return [
    ...["-S", source, "-B", build, "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Release"],
    ...left.map((option) => `-DLLAMA_${option}=OFF`),
    ...definitions,
  ];
}
