// @ts-check
// Where node-gyp-build looks for prebuilt addons below prebuilds/ (docs/adr/0012-packages.md). Needs nothing but Node.
import { existsSync } from "node:fs";
import { join } from "node:path";

/**
 * Of one platform. A C library has a folder of its own for what the addon loads, and a name of its own for the addon.
 * @param {string} platform linux-x64 @param {string | null} libc glibc, musl; null where there is only one
 */
export function prebuiltPaths(platform, libc) {
  const folder = join("prebuilds", platform);
  if (libc === null) return { addon: join(folder, "foretoken.node"), libraries: folder };
  return { addon: join(folder, `foretoken.${libc}.node`), libraries: join(folder, libc) };
}

/**
 * Those of which the addon or its libraries are not there.
 * @param {string} root @param {string[]} platforms linux-x64/glibc, darwin-arm64
 */
export function missingPrebuilds(root, platforms) {
  return platforms.filter((name) => {
    const [platform = "", libc = null] = name.split("/");
    return Object.values(prebuiltPaths(platform, libc)).some((path) => !existsSync(join(root, path)));
  });
}
