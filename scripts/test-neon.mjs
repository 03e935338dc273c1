// @ts-check
// The NEON kernels' tests on a machine that has no arm64 processor: cross-compiled, under QEMU. Says what is missing, and does nothing,
// where the tools are not there.
//
// Needs: CMake, Ninja, aarch64-linux-gnu-g++, qemu-aarch64 (Debian: g++-aarch64-linux-gnu, qemu-user-static). Leaves: build/cmake/Neon.
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { CommandError, run } from "./run.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const COMPILER = "aarch64-linux-gnu-g++";
const EMULATORS = ["qemu-aarch64-static", "qemu-aarch64"];
/** Its C library, for the emulator. */
const SYSTEM = "/usr/aarch64-linux-gnu";

/** The first of these commands that there is. @param {string[]} names */
async function first(names) {
  for (const name of names) {
    const found = await run(name, ["--version"]).then(
      () => true,
      () => false,
    );
    if (found) return name;
  }
  return null;
}

async function testNeon() {
  const compiler = await first([COMPILER]);
  const emulator = await first(EMULATORS);
  if (compiler === null || emulator === null) {
    const missing = compiler === null ? COMPILER : EMULATORS.join(" or ");
    process.stdout.write(`skipped: no ${missing} (Debian: g++-aarch64-linux-gnu, qemu-user-static)\n`);
    return;
  }
  const folder = join(root, "build", "cmake", "Neon");
  await run(
    "cmake",
    [
      ...["-S", root, "-B", folder, "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Release"],
      ...["-DFORETOKEN_CORE_ONLY=ON", "-DFORETOKEN_WERROR=ON"],
      ...["-DCMAKE_SYSTEM_NAME=Linux", "-DCMAKE_SYSTEM_PROCESSOR=aarch64"],
      ...[`-DCMAKE_C_COMPILER=${COMPILER.replace("g++", "gcc")}`, `-DCMAKE_CXX_COMPILER=${COMPILER}`],
      `-DCMAKE_CROSSCOMPILING_EMULATOR=${emulator};-L;${SYSTEM}`,
    ],
    { show: true },
  );
  const kernels = ["--test-dir", folder, "-L", "kernels"];
  const listed = await run("ctest", [...kernels, "--show-only"]);
  const tests = [...listed.matchAll(/Test +#\d+: (\S+)/g)].map(([, name = ""]) => name);
  await run("cmake", ["--build", folder, "--target", ...tests], { show: true });
  const jobs = String(availableParallelism());
  await run("ctest", [...kernels, "--output-on-failure", "--parallel", jobs], { show: true });
  process.stdout.write("the NEON kernels pass under QEMU\n");
}

try {
  await testNeon();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
  if (error instanceof CommandError) process.stderr.write(error.output);
  process.exitCode ||= 1;
}
