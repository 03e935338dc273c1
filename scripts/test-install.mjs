// @ts-check
// Installs the packed tarball as a user would, offline, and uses it: once with the prebuilt addon and neither compiler nor CMake on
// PATH, once with an addon that is damaged, so that it is built from the package's own sources. Too slow for CI (ten
// minutes and more, most of it the CPU modules of prebuild.mjs); run before a release and by its workflow. Bun and Deno run the
// consumers, too, where npm has them for this platform.
//
// Needs: what prebuild.mjs needs, npm with a registry or a filled cache, a POSIX system. Leaves: build/Portable, prebuilds.
import { copyFile, cp, mkdir, mkdtemp, readFile, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { writeConsumerProject } from "./consumer-project.mjs";
import { fetchRuntimes } from "./other-runtimes.mjs";
import { prebuild } from "./prebuild.mjs";
import { CommandError, run } from "./run.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const require = createRequire(import.meta.url);
const FIXTURES = join(root, "test", "fixtures", "install");
/** Nothing listens there. */
const UNREACHABLE = "http://127.0.0.1:9/";

/** @param {unknown} condition @param {string} message @returns {asserts condition} */
function expect(condition, message) {
  if (!condition) throw new Error(`not so: ${message}`);
  process.stderr.write(`  ok: ${message}\n`);
}

/** @param {string} folder @param {string} name */
async function pack(folder, name) {
  const output = await run("npm", ["pack", "--json", "--pack-destination", name], { cwd: folder });
  const [{ filename }] = JSON.parse(output.slice(output.indexOf("[")));
  return {
    manifest: JSON.parse(await readFile(join(folder, "package.json"), "utf8")),
    tarball: join(name, filename),
  };
}

/** The tarball again, with an addon that is none. @param {string} tarball @param {string} addon @param {string} folder */
async function damaged(tarball, addon, folder) {
  await run("tar", ["-xzf", tarball, "-C", folder]);
  await writeFile(join(folder, "package", addon.slice(root.length)), "not an addon\n");
  const output = join(folder, "damaged.tgz");
  await run("tar", ["-czf", output, "-C", folder, "package"]);
  return output;
}

/** A folder with Node, npm and a shell, and nothing else. @param {string} folder */
async function withoutCompiler(folder) {
  const bin = join(folder, "bin");
  await mkdir(bin);
  for (const name of ["npm", "sh"]) {
    const places = (process.env.PATH ?? "").split(delimiter).map((place) => realpath(join(place, name)));
    await symlink(await Promise.any(places), join(bin, name));
  }
  await symlink(process.execPath, join(bin, "node"));
  return bin;
}

/** @param {string} project */
async function addConsumers(project) {
  await cp(FIXTURES, project, { recursive: true });
  const tsc = require.resolve("typescript/bin/tsc");
  const types = ["--types", "node", "--typeRoots", join(root, "node_modules", "@types")];
  await run(process.execPath, [tsc, "--strict", "--module", "nodenext", ...types, "typescript.mts"], {
    cwd: project,
  });
  const esbuild = createRequire(require.resolve("tsx")).resolve("esbuild");
  const { build } = await import(esbuild);
  await build({
    absWorkingDir: project,
    entryPoints: ["esm.mjs"],
    outfile: join(project, "bundled", "bundle.mjs"),
    bundle: true,
    platform: "node",
    format: "esm",
    external: ["foretoken"],
    logLevel: "error",
  });
}

/** @param {string} project @param {NodeJS.ProcessEnv} env @param {import("./other-runtimes.mjs").Runtime[]} others */
async function runConsumers(project, env, others) {
  /** @type {Set<string>} */
  const texts = new Set();
  const consumers = ["esm.mjs", "commonjs.cjs", "bundled/bundle.mjs", "worker.mjs", "isolated.mjs"];
  const node = { name: "Node", command: process.execPath, args: [] };
  for (const { name, command, args } of [node, ...others]) {
    // The others take the types off themselves.
    const typescript = command === process.execPath ? "typescript.mjs" : "typescript.mts";
    for (const file of [...consumers, typescript]) {
      const printed = await run(command, [...args, file], { cwd: project, env });
      const { text, streamed, typed, drafted } = JSON.parse(printed);
      const isRight = text.length > 20 && streamed && typed && drafted;
      const what = `${name} runs ${file}: a text with a draft, the same as a stream, typed errors`;
      expect(isRight, isRight ? what : `${what}, but ${printed}`);
      texts.add(text);
    }
  }
  expect(texts.size === 1, `all write the same text: ${JSON.stringify([...texts][0])}`);
  const cli = join(project, "node_modules", ".bin", "foretoken");
  const devices = JSON.parse(await run(cli, ["devices", "--json"], { cwd: project, env }));
  expect(JSON.stringify(devices).includes("cpu"), "the command line lists the processor");
}

/** @param {string} folder */
async function testInstall(folder) {
  process.stderr.write("prebuild and pack\n");
  const addon = await prebuild();
  const library = await pack(root, folder);
  const models = await pack(join(root, "models"), folder);
  const cache = join(folder, "cache");
  const online = { ...process.env, npm_config_cache: cache, npm_config_ignore_scripts: "true" };
  const offline = {
    ...process.env,
    npm_config_cache: cache,
    npm_config_offline: "true",
    npm_config_registry: UNREACHABLE,
  };

  process.stderr.write("a cache with what the lockfile names\n");
  const seeding = join(folder, "seeding");
  await mkdir(seeding);
  await writeConsumerProject(seeding, [library]);
  await run("npm", ["ci"], { cwd: seeding, env: online });
  const runtimes = join(folder, "runtimes");
  await mkdir(runtimes);
  const others = await fetchRuntimes(runtimes);

  process.stderr.write("with the prebuilt addon, without a compiler\n");
  const first = join(folder, "with prebuild, ünïcode");
  await mkdir(first);
  const bare = { ...offline, PATH: await withoutCompiler(folder) };
  for (const tool of ["cmake", "c++", "git"])
    await run(tool, ["--version"], { env: bare }).then(
      () => expect(false, `${tool} is not on PATH`),
      () => {},
    );
  await writeConsumerProject(first, [library], UNREACHABLE);
  await run("npm", ["install"], { cwd: first, env: bare });
  await copyFile(join(FIXTURES, "without-models.mjs"), join(first, "without-models.mjs"));
  const missing = await run(process.execPath, ["without-models.mjs"], { cwd: first, env: bare });
  expect(missing === "MODELS_NOT_INSTALLED\n", "without foretoken-models, its names are a typed error");
  await writeConsumerProject(first, [library, models], UNREACHABLE);
  await run("npm", ["install"], { cwd: first, env: bare });
  await addConsumers(first);
  await runConsumers(first, bare, others);

  process.stderr.write("with a damaged addon, from source (a few minutes)\n");
  const second = join(folder, "from source, ünïcode");
  await mkdir(second);
  const tarball = await damaged(library.tarball, addon, folder);
  await writeConsumerProject(second, [{ ...library, tarball }, models], UNREACHABLE);
  let output = "";
  await run("npm", ["install", "--foreground-scripts"], {
    cwd: second,
    env: offline,
    onLine: (line) => {
      output += `${line}\n`;
    },
  });
  expect(/foretoken\.[\w.]*node cannot be used: .+/.test(output), "the installation says why it builds");
  const installed = join(second, "node_modules", "foretoken");
  const commands = join(installed, "build", "cmake", "Release", "compile_commands.json");
  // The installed script's answer: where Node has no headers of its own, they are those of a package beside it.
  const { nodeHeaders } = await import(pathToFileURL(join(installed, "scripts", "node-headers.mjs")).href);
  const headers = nodeHeaders();
  expect(
    (await readFile(commands, "utf8")).includes(headers),
    `the addon is built with the headers in ${headers}`,
  );
  await addConsumers(second);
  await runConsumers(second, offline, []);
}

const folder = await realpath(await mkdtemp(join(tmpdir(), "foretoken-install-")));
try {
  await testInstall(folder);
  process.stdout.write("installed and used, with the prebuilt addon and from source\n");
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
  if (error instanceof CommandError) process.stderr.write(error.output);
  process.exitCode ||= 1;
} finally {
  await rm(folder, { recursive: true, force: true });
}
