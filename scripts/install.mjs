// @ts-check
// npm's install script for users of the package: nothing where a binary is found that loads, else the source build.
// FORETOKEN_SKIP_BUILD=1 leaves it out (set FORETOKEN_ADDON when the program runs).
import { fileURLToPath } from "node:url";
import { build } from "./build.mjs";
import { run } from "./run.mjs";

/** Tried in a child: a binary for another machine may crash instead of failing. */
function loads() {
  const addon = fileURLToPath(new URL("../binding.cjs", import.meta.url));
  return run(process.execPath, [addon]).then(
    () => true,
    () => false,
  );
}

if (!process.env.FORETOKEN_SKIP_BUILD && !(await loads())) {
  process.stderr.write("foretoken: no prebuilt addon for this platform, building it (a few minutes)\n");
  await build({ "no-tests": true }).catch((error) => {
    process.stderr.write(`${error.message}\n`);
    process.exitCode ||= 1;
  });
}
