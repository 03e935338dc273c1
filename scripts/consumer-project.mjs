// @ts-check
// A project that depends on packed tarballs, with a lockfile of the versions in ours, so that npm needs no metadata to install it.
// Needs package-lock.json; leaves what it is asked to.
import { createHash } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

/**
 * Writes package.json and package-lock.json into the folder.
 * @param {string} folder
 * @param {{ manifest: Record<string, any>, tarball: string }[]} packages
 * @param {string} [registry] where the lockfile says that the other packages are; without it npm asks its registry for that
 */
export async function writeConsumerProject(folder, packages, registry) {
  const { packages: locked } = JSON.parse(await readFile(join(root, "package-lock.json"), "utf8"));
  /** @type {Record<string, string>} */
  const dependencies = {};
  /** @type {Record<string, object>} */
  const entries = {};
  for (const { manifest, tarball } of packages) {
    const resolved = `file:${relative(folder, tarball)}`;
    const { version, bin, dependencies: own, peerDependencies, peerDependenciesMeta } = manifest;
    const integrity = `sha512-${createHash("sha512")
      .update(await readFile(tarball))
      .digest("base64")}`;
    dependencies[manifest.name] = resolved;
    entries[`node_modules/${manifest.name}`] = {
      version,
      resolved,
      integrity,
      hasInstallScript: manifest.scripts?.install !== undefined,
      bin,
      dependencies: own,
      peerDependencies,
      peerDependenciesMeta,
    };
  }
  for (const [path, entry] of Object.entries(locked)) {
    if (path === "" || entry.dev) continue;
    const name = path.replace(/^.*node_modules\//, "");
    const file = `${name.replace(/^@.*\//, "")}-${entry.version}.tgz`;
    entries[path] = registry === undefined ? entry : { ...entry, resolved: `${registry}${name}/-/${file}` };
  }
  const project = { name: "consumer", version: "1.0.0", private: true, dependencies };
  const lock = { name: "consumer", version: "1.0.0", lockfileVersion: 3, requires: true };
  await writeFile(join(folder, "package.json"), `${JSON.stringify(project, null, 2)}\n`);
  await writeFile(
    join(folder, "package-lock.json"),
    `${JSON.stringify({ ...lock, packages: { "": project, ...entries } }, null, 2)}\n`,
  );
}
