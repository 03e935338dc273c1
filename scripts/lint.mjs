// @ts-check
// Lints and checks the format of TypeScript and JavaScript (Biome), types (of tests and scripts too), and C++ (clang-format). --write fixes the format.
import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { CommandError, run } from "./run.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const require = createRequire(import.meta.url);

async function cppFiles() {
  const files = [];
  for (const folder of ["core", "engine", "binding", "arch", "kernels", "test", "tools"]) {
    const path = join(root, "native", folder);
    const names = existsSync(path) ? await readdir(path) : [];
    files.push(...names.filter((name) => /\.(h|cpp)$/.test(name)).map((name) => join(path, name)));
  }
  return files;
}

/** @param {boolean} write */
async function lint(write) {
  const biome = require.resolve("@biomejs/biome/bin/biome");
  await run(process.execPath, [biome, "check", ...(write ? ["--write"] : []), "."], { cwd: root });
  const tsc = require.resolve("typescript/bin/tsc");
  await run(process.execPath, [tsc, "--project", "test"], { cwd: root });

  const binary = { linux: "linux_x64", darwin: "darwin_x64", win32: "win32" }[
    /** @type {string} */ (process.platform)
  ];
  const folder = join(require.resolve("clang-format/package.json"), "..", "bin", binary ?? "none");
  if (process.arch !== "x64" || !existsSync(folder)) {
    process.stderr.write(
      `clang-format skipped: its npm package has no binary for ${process.platform} ${process.arch}\n`,
    );
    return;
  }
  await run(
    join(folder, "clang-format"),
    [...(write ? ["-i"] : ["--dry-run", "-Werror"]), ...(await cppFiles())],
    { cwd: root },
  );
}

await lint(process.argv.includes("--write")).catch((error) => {
  process.stderr.write(
    `${error instanceof CommandError ? error.output : error.stack}\nnpm run format fixes what can be fixed.\n`,
  );
  process.exitCode = 1;
});
