// @ts-check
// What `npm pack` would pack as things stand, in the rows of docs/install.md's table. Needs npm, dist/ and native/llama.cpp;
// leaves nothing. Prints the table's figures: node scripts/package-contents.mjs
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { isMain, run } from "./run.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));

/**
 * @typedef {{ path: string, size: number }} PackedFile
 * @typedef {{ packedBytes: number, files: PackedFile[] }} Packed
 */

/** @param {string} [folder] @returns {Promise<Packed>} */
export async function packed(folder = root) {
  const output = await run("npm", ["pack", "--dry-run", "--json", "--ignore-scripts"], { cwd: folder });
  const [{ size, files }] = JSON.parse(output);
  return { packedBytes: size, files };
}

/**
 * The table's rows: `| \`path\` … | what | MB |`. The path of a file's row is the longest that it begins with.
 * @returns {Promise<{ paths: string[], maxBytes: number }[]>}
 */
export async function documentedRows() {
  const page = await readFile(new URL("../docs/install.md", import.meta.url), "utf8");
  return [...page.matchAll(/^\| (`.+`) \| .+ \| ([\d.]+) MB \|$/gm)].map(([, paths = "", size]) => ({
    paths: [...paths.matchAll(/`([^`]+)`/g)].map(([, path = ""]) => path),
    maxBytes: Number(size) * 1e6,
  }));
}

/**
 * Bytes of each row, and the files of none.
 * @param {PackedFile[]} files @param {{ paths: string[] }[]} rows
 */
export function sizesByRow(files, rows) {
  const sizes = rows.map(() => 0);
  /** @type {string[]} */
  const unlisted = [];
  for (const { path, size } of files) {
    let longest = 0;
    let row = -1;
    for (const [index, { paths }] of rows.entries())
      for (const start of paths)
        if (start.length > longest && (start.endsWith("/") ? path.startsWith(start) : path === start))
          [longest, row] = [start.length, index];
    if (row < 0) unlisted.push(path);
    else sizes[row] = (sizes[row] ?? 0) + size;
  }
  return { sizes, unlisted };
}

if (isMain(import.meta.url)) {
  const { packedBytes, files } = await packed();
  const rows = await documentedRows();
  const { sizes, unlisted } = sizesByRow(files, rows);
  const lines = rows.map(({ paths }, i) => `${((sizes[i] ?? 0) / 1e6).toFixed(2)} MB  ${paths.join(", ")}`);
  lines.push(
    `${(packedBytes / 1e6).toFixed(2)} MB  packed`,
    ...unlisted.map((path) => `not listed: ${path}`),
  );
  process.stdout.write(`${lines.join("\n")}\n`);
}
