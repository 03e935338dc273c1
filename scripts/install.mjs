// @ts-check
// npm's install script for users of the package: nothing where a binary is found that loads, else the source build.
// FORETOKEN_SKIP_BUILD=1 leaves it out (set FORETOKEN_ADDON when the program runs).
import { createRequire } from "node:module";
import { build } from "./build.mjs";

const require = createRequire(import.meta.url);

function loads() {
  try {
    require("../binding.cjs");
    return true;
  } catch {
    return false;
  }
}

if (!process.env.FORETOKEN_SKIP_BUILD && !loads()) {
  process.stderr.write("foretoken: no prebuilt addon for this platform, building it (a few minutes)\n");
  await build({ "no-tests": true }).catch((error) => {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  });
}
