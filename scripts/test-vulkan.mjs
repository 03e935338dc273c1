// @ts-check
// Builds ggml's Vulkan module and runs test/gpu on it, on Mesa's software driver where there is no GPU.
//
// Needs: a checkout that is set up; on Debian it installs Vulkan's headers, compiler and software driver where they are absent and it
// may, elsewhere they have to be there. Leaves: the module in build/Release, which the next set-up or build without --vulkan removes.
import { build } from "./build.mjs";
import { CommandError, isMain, run } from "./run.mjs";
import { runTests, testFiles } from "./run-tests.mjs";

const PACKAGES = ["glslc", "libvulkan-dev", "spirv-headers", "mesa-vulkan-drivers"];

/** Why the packages are not there; null where they are. @returns {Promise<string | null>} */
async function installPackages() {
  if (process.platform !== "linux") return "the software driver is installed on Linux only";
  try {
    /** @type {string[]} */
    const missing = [];
    for (const name of PACKAGES) await run("dpkg", ["--status", name]).catch(() => missing.push(name));
    if (missing.length === 0) return null;
    process.stderr.write(`installing ${missing.join(", ")}\n`);
    await run("apt-get", ["update"]);
    await run("apt-get", ["install", "--yes", "--no-install-recommends", ...PACKAGES], {
      env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
    });
    return null;
  } catch (error) {
    const said = error instanceof CommandError ? error.output.trim().split("\n").at(-1) : error;
    return `Debian's packages ${PACKAGES.join(", ")} cannot be installed: ${said}`;
  }
}

async function testVulkan() {
  const reason = await installPackages();
  if (reason !== null) {
    process.stdout.write(`Vulkan's tests are skipped: ${reason}\n`);
    return;
  }
  const began = Date.now();
  await build({ vulkan: true });
  process.stderr.write(`=== Vulkan's module built (${Math.round((Date.now() - began) / 1000)} s)\n`);
  await runTests(await testFiles("test/gpu"), { TAP_FAIL_SKIP: "1" });
}

if (isMain(import.meta.url)) {
  await testVulkan().catch((error) => {
    process.stderr.write(`${error.message}\n${error instanceof CommandError ? error.output : ""}`);
    process.exitCode ||= 1;
  });
}
