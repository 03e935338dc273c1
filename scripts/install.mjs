// @ts-check
// npm's install script for users of the package: nothing where a prebuilt addon is found that works, else the source build,
// with the reason. FORETOKEN_SKIP_BUILD=1 leaves it out (set FORETOKEN_ADDON when the program runs);
// npm_config_build_from_source=true builds in any case, tuned to this machine.
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { build } from "./build.mjs";
import { whyUnfit } from "./probe-addon.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));

/** Why the addon has to be built; null where it has not. */
function whyBuild() {
  if (process.env.npm_config_build_from_source === "true") return "npm_config_build_from_source is set";
  /** @type {string} */
  let addon;
  try {
    addon = createRequire(import.meta.url)("node-gyp-build").resolve(root);
  } catch {
    return `no prebuilt addon for ${process.platform} ${process.arch}`;
  }
  const reason = whyUnfit(addon);
  return reason === null ? null : `${addon} cannot be used: ${reason}`;
}

const reason = process.env.FORETOKEN_SKIP_BUILD ? null : whyBuild();
if (reason !== null) {
  process.stderr.write(`foretoken: ${reason}\nforetoken: building the addon from source (a few minutes)\n`);
  await build({ "no-tests": true }).catch((error) => {
    process.stderr.write(`${error.message}\n`);
    process.exitCode ||= 1;
  });
}
