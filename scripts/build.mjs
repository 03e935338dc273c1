// @ts-check
// Builds the addon, its libraries and the CTest programs into build/<Configuration>.
//
// Needs: CMake ≥ 3.19, a C++20 compiler, node_modules. Leaves: build/Release (or Debug, Sanitize, Portable, CoreSanitize),
// build/cmake/<Configuration> and a log beside it. Ninja is used where it is installed. Set-up builds again what a command
// line of this script asked for last.
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { addonApiHeaders, nodeHeaders } from "./node-headers.mjs";
import { progressLine } from "./progress.mjs";
import { CommandError, isMain, run } from "./run.mjs";
import { vendorLlamaCpp } from "./vendor-llama-cpp.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));

const HELP = `Usage: npm run build -- [options] [-- -D<cmake variable>=<value> …]

  --debug             debug configuration, in build/Debug
  --sanitize          AddressSanitizer and UBSan everywhere, in build/Sanitize
  --core-only         only native/core and its tests: neither llama.cpp nor Node; with --sanitize in seconds
  --no-tests          without the CTest programs
  --cuda              with ggml's CUDA module
  --architectures <list>
                      with --cuda: what it is compiled for, as CMake names it: 90, or "80;90" (default: ggml's choice, all)
  --vulkan            with ggml's Vulkan module
  --all-cpu-variants  CPU modules for every processor level instead of this machine's, in build/Portable
  --verbose           show the compiler's output

On macOS ggml's Metal module is built without being asked for. Modules of an earlier build that this one leaves out are removed.
Set-up (npm test, npm run bench, npm run demo) keeps to the modules and CMake variables that were asked for here last.
`;

const OPTIONS = /** @type {const} */ ({
  debug: { type: "boolean" },
  sanitize: { type: "boolean" },
  "core-only": { type: "boolean" },
  "no-tests": { type: "boolean" },
  cuda: { type: "boolean" },
  architectures: { type: "string" },
  vulkan: { type: "boolean" },
  "all-cpu-variants": { type: "boolean" },
  verbose: { type: "boolean" },
  help: { type: "boolean" },
});

/**
 * @typedef {{ debug?: boolean, sanitize?: boolean, "core-only"?: boolean, "no-tests"?: boolean, cuda?: boolean,
 *   architectures?: string, vulkan?: boolean, "all-cpu-variants"?: boolean, verbose?: boolean, deadline?: number }} BuildOptions
 *   deadline: milliseconds since 1970, when the compilers are ended
 */

/** ggml's modules for devices, each built where the option of its name is given. */
const DEVICE_MODULES = /** @type {const} */ (["cuda", "vulkan"]);

/** What the release build was asked for last; gone with the build folder. */
const KEPT_FILE = join(root, "build", "cmake", "Release", "foretoken-kept.json");

/**
 * Has set-up build the same from now on. Other configurations are nothing to it.
 * @param {BuildOptions} options @param {string[]} definitions
 */
export async function keepBuild(options, definitions) {
  if (configuration(options) !== "Release") return;
  const { cuda, architectures, vulkan } = options;
  await writeFile(KEPT_FILE, JSON.stringify({ options: { cuda, architectures, vulkan }, definitions }));
}

/** What set-up builds: the plain build unless another one was kept. @returns {Promise<{ options: BuildOptions, definitions: string[] }>} */
export async function keptBuild() {
  const text = await readFile(KEPT_FILE, "utf8").catch(() => null);
  return text === null ? { options: {}, definitions: [] } : JSON.parse(text);
}

/** @param {BuildOptions} options */
function configuration(options) {
  if (options["core-only"])
    return options.sanitize ? "CoreSanitize" : options.debug ? "CoreDebug" : "CoreRelease";
  if (options.sanitize) return "Sanitize";
  if (options.debug) return "Debug";
  return options["all-cpu-variants"] ? "Portable" : "Release";
}

/**
 * @param {BuildOptions} [options]
 * @param {string[]} [definitions] more -D arguments for CMake
 * @returns {Promise<string>} CMake's binary folder
 */
export async function build(options = {}, definitions = []) {
  const { architectures } = options;
  if (architectures !== undefined && !(options.cuda && /^[\w;-]+$/.test(architectures)))
    throw new Error(
      `Expected CUDA architectures such as 80;90, with --cuda, but received "${architectures}"`,
    );
  const name = configuration(options);
  const output = join(root, "build", "cmake", name);
  /** @type {Record<string, string | boolean>} */
  const variables = {
    FORETOKEN_SANITIZE: options.sanitize ?? false,
    FORETOKEN_TESTS: !options["no-tests"],
    // Users' installs build without tests, with compilers that may warn of more than ours.
    FORETOKEN_WERROR: !options["no-tests"],
    FORETOKEN_CORE_ONLY: options["core-only"] ?? false,
    FORETOKEN_CUDA: options.cuda ?? false,
    FORETOKEN_CUDA_ARCHITECTURES: architectures ?? false,
    FORETOKEN_VULKAN: options.vulkan ?? false,
    FORETOKEN_ALL_CPU_VARIANTS: options["all-cpu-variants"] ?? false,
    FORETOKEN_OUTPUT_DIR: join(root, "build", name),
  };
  if (!options["core-only"]) {
    variables.FORETOKEN_LLAMA_CPP_DIR = await vendorLlamaCpp();
    variables.FORETOKEN_NODE_HEADERS = nodeHeaders();
    variables.FORETOKEN_ADDON_API_HEADERS = addonApiHeaders();
  }
  const defined = Object.entries(variables).map(
    ([key, value]) => `${key}=${value === true ? "ON" : value || "OFF"}`,
  );
  const type = options.debug ? "Debug" : options.sanitize ? "RelWithDebInfo" : "Release";
  const all = [...defined, ...definitions.map((definition) => definition.replace(/^-D/, ""))];

  // Configuring takes a few seconds, so it is left out while nothing asks for it; CMake itself sees changed files.
  const stampFile = join(output, "foretoken-configuration");
  const stamp = JSON.stringify([type, all, process.version]);
  const configured = (await readFile(stampFile, "utf8").catch(() => "")) === stamp;
  // Should configuring or building fail, CMake's cache is no longer what an older stamp says.
  if (!configured) await rm(stampFile, { force: true });
  await mkdir(output, { recursive: true });
  if (options["core-only"]) {
    if (!configured)
      await cmake(name, options, [
        "-S",
        root,
        "-B",
        output,
        `-DCMAKE_BUILD_TYPE=${type}`,
        ...all.map((d) => `-D${d}`),
      ]);
    await cmake(name, options, ["--build", output, "--parallel", `${availableParallelism()}`]);
  } else {
    const cmakeJs = createRequire(import.meta.url).resolve("cmake-js/bin/cmake-js");
    const args = [
      "--directory",
      root,
      "--out",
      output,
      "--config",
      type,
      "--parallel",
      `${availableParallelism()}`,
    ];
    args.push(...all.map((definition) => `--CD${definition}`));
    if (!configured) await logged(name, options, process.execPath, [cmakeJs, "configure", ...args]);
    await logged(name, options, process.execPath, [cmakeJs, "build", ...args]);
  }
  await removeLeftOut(join(root, "build", name), options);
  await writeFile(stampFile, stamp);
  return output;
}

/** What lies beside the addon is loaded, however old it is. @param {string} folder @param {BuildOptions} options */
async function removeLeftOut(folder, options) {
  for (const module of DEVICE_MODULES.filter((module) => !options[module])) {
    for (const file of [`libggml-${module}.so`, `ggml-${module}.dll`])
      await rm(join(folder, file), { force: true });
  }
}

/** @param {string} name @param {BuildOptions} options @param {string[]} args */
function cmake(name, options, args) {
  return logged(name, options, "cmake", args);
}

/** @param {string} name @param {BuildOptions} options @param {string} command @param {string[]} args */
async function logged(name, options, command, args) {
  const progress = progressLine(`native build (${name})`);
  const logFile = join(root, "build", `${name}.log`);
  let worked = false;
  try {
    const log = await run(command, args, {
      cwd: root,
      deadline: options.deadline,
      onLine: (line) => {
        if (options.verbose) process.stderr.write(`${line}\n`);
        const step = /^\[\s*(\d+\/\d+|\d+%)\]/.exec(line)?.[1];
        if (step) {
          worked = true;
          progress.update(step);
        }
      },
    });
    await writeFile(logFile, log);
    if (worked) progress.end("done");
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    await writeFile(logFile, error.output);
    progress.end("failed");
    const end = error.output.trim().split("\n").slice(-40).join("\n");
    throw new Error(
      `${end}\n\nThe native build failed; the whole log is in ${logFile}. A C++20 compiler and CMake ≥ 3.19 are needed.`,
    );
  }
}

if (isMain(import.meta.url)) {
  try {
    const { values, positionals } = parseArgs({ options: OPTIONS, allowPositionals: true });
    if (values.help) process.stdout.write(HELP);
    else {
      await build(values, positionals);
      await keepBuild(values, positionals);
    }
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
    process.exitCode ||= 1;
  }
}
