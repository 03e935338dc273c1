// @ts-check
// Bun and Deno, which run the package, too. npm has their binaries in packages for each platform; with 200 MB they are too large to be
// fetched by every `npm ci`. Needs npm with a registry; leaves node_modules in the folder.
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { cLibrary } from "./prebuild.mjs";
import { CommandError, run } from "./run.mjs";

const BUN = "1.4.5";
const DENO = "2.9.6";
/** What docs/install.md says that Deno has to allow, with a pair in a process of its own. */
const PERMISSIONS = ["--allow-ffi", "--allow-read", "--allow-env", "--allow-sys", "--allow-run"];

/** @typedef {{ name: string, command: string, args: string[] }} Runtime args: before the file that it runs */

/** Packages with the binary for this platform; null where npm has none. */
function packages() {
  const { platform, arch } = process;
  const isMusl = cLibrary() === "musl";
  const bun = `@oven/bun-${platform}-${arch === "arm64" ? "aarch64" : arch}${isMusl ? "-musl" : ""}`;
  const deno = isMusl ? null : `@deno/${platform}-${arch}${platform === "linux" ? "-glibc" : ""}`;
  return { bun, deno };
}

/**
 * Those that run here; says which do not, and why.
 * @param {string} folder
 * @returns {Promise<Runtime[]>}
 */
export async function fetchRuntimes(folder) {
  const { bun, deno } = packages();
  const wanted = [
    { name: "Bun", package: bun, version: BUN, binary: join("bin", "bun"), args: [] },
    { name: "Deno", package: deno, version: DENO, binary: "deno", args: ["run", ...PERMISSIONS] },
  ];
  await writeFile(join(folder, "package.json"), '{ "private": true }\n');
  /** @type {Runtime[]} */
  const found = [];
  for (const { name, package: from, version, binary, args } of wanted) {
    const command = join(folder, "node_modules", from ?? "", binary);
    try {
      if (from === null) throw new Error("npm has no binary for this C library");
      await run("npm", ["install", "--ignore-scripts", `${from}@${version}`], { cwd: folder });
      await run(command, ["--version"]);
      found.push({ name, command, args });
    } catch (error) {
      const reason = error instanceof CommandError ? error.output.trim() : error;
      process.stderr.write(`  skipped: ${name} ${version} does not run here: ${reason}\n`);
    }
  }
  return found;
}
