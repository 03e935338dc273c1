// @ts-check
// Puts llama.cpp at the pinned release, patched, into native/llama.cpp.
//
// Needs: npm (with a registry or a filled cache), tar, git. Leaves: native/llama.cpp with a stamp of pin and patches; does
// nothing when the stamp is right, as in the npm package, which carries the tree. LLAMA_CPP_DIR names a checkout of one's own instead, which is used as it is.
import { createHash } from "node:crypto";
import { createReadStream, existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { pipeline } from "node:stream/promises";
import { fileURLToPath } from "node:url";
import { CommandError, Interrupted, isMain, run } from "./run.mjs";

const STAMP = ".foretoken-stamp";

/** Says what was expected, what came and what to do. */
export class VendorError extends Error {
  /** @override */
  name = "VendorError";
}

/**
 * @typedef {{ package: string, version: string, integrity: string, bundle: string, release: string, commit: string }} Pin
 */

/**
 * @param {{ root?: string, env?: NodeJS.ProcessEnv, log?: (line: string) => void }} [options]
 *   root: the package; env: for LLAMA_CPP_DIR and the children's PATH.
 * @returns {Promise<string>} the source tree
 */
export async function vendorLlamaCpp({
  root = fileURLToPath(new URL("..", import.meta.url)),
  env = process.env,
  log = (line) => process.stderr.write(`${line}\n`),
} = {}) {
  if (env.LLAMA_CPP_DIR) {
    log(`llama.cpp: using LLAMA_CPP_DIR=${env.LLAMA_CPP_DIR} as it is, without our patches`);
    return resolve(env.LLAMA_CPP_DIR);
  }
  const destination = join(root, "native", "llama.cpp");
  const pinText = await readFile(join(root, "native", "llama-cpp.json"), "utf8");
  const patches = await readPatches(join(root, "native", "patches"));
  const stamp = createHash("sha256").update(pinText);
  for (const { text } of patches) stamp.update("\0").update(text);
  const wanted = `${JSON.parse(pinText).commit} ${stamp.digest("hex")}\n`;

  const found = await readFile(join(destination, STAMP), "utf8").catch(() => "");
  if (found === wanted) return destination;
  /** @type {Pin} */
  const pin = JSON.parse(pinText);
  const context = { pin, patches, env, log };
  // The npm package carries the tree without its repository; git would take the one around it.
  if (found.startsWith(pin.commit) && existsSync(join(destination, ".git"))) {
    log("llama.cpp: applying changed patches");
    await repatch(destination, context);
  } else {
    const temporary = await mkdtemp(join(root, "native", ".llama.cpp-"));
    try {
      const tree = await fetchTree(temporary, context);
      await applyPatches(tree, context);
      await rm(destination, { recursive: true, force: true });
      await rename(tree, destination);
    } finally {
      await rm(temporary, { recursive: true, force: true });
    }
  }
  await writeFile(join(destination, STAMP), wanted);
  return destination;
}

/** @typedef {{ pin: Pin, patches: { path: string, text: string }[], env: NodeJS.ProcessEnv, log: (line: string) => void }} Context */

/** @param {string} folder */
async function readPatches(folder) {
  const names = (await readdir(folder)).filter((name) => name.endsWith(".patch")).sort();
  return Promise.all(
    names.map(async (name) => ({
      path: join(folder, name),
      text: await readFile(join(folder, name), "utf8"),
    })),
  );
}

/**
 * Restores the pinned files in place, so that only what patches touch is compiled again. Without a stamp meanwhile: an
 * interruption makes the next run start over.
 * @param {string} tree @param {Context} context
 */
async function repatch(tree, context) {
  await rm(join(tree, STAMP));
  await git(tree, context, "checkout", "--quiet", "--", ".");
  await git(tree, context, "clean", "--quiet", "-fd");
  await applyPatches(tree, context);
}

/** @param {string} folder @param {Context} context */
async function fetchTree(folder, context) {
  const { pin, env, log } = context;
  const name = `${pin.package}@${pin.version}`;
  log(`llama.cpp ${pin.release}: fetching ${name} (36 MB)`);
  const packed = await run("npm", ["pack", name, "--json", "--pack-destination", folder], {
    cwd: folder,
    env,
  }).catch((error) => {
    if (!(error instanceof CommandError)) throw error;
    throw new VendorError(
      `expected npm to fetch ${name}, which carries llama.cpp ${pin.release}, but: ${lastLines(error.output)}\n` +
        "Check the network and npm's registry setting, or set LLAMA_CPP_DIR to a checkout of your own.",
    );
  });
  const tarball = JSON.parse(packed)[0].filename;
  await verify(join(folder, tarball), pin);
  log(`llama.cpp ${pin.release}: unpacking`);
  // From its folder: GNU tar takes what stands before a colon, as in D:\, for another machine.
  await run("tar", ["-xzf", tarball, `package/${pin.bundle}`], { cwd: folder, env });
  const tree = join(folder, "llama.cpp");
  await git(
    folder,
    context,
    "-c",
    "advice.detachedHead=false",
    "clone",
    "--quiet",
    join("package", pin.bundle),
    tree,
  );
  const commit = (await git(tree, context, "rev-parse", "HEAD")).trim();
  if (commit !== pin.commit) {
    throw new VendorError(
      `expected llama.cpp at commit ${pin.commit} in ${name}, but its bundle holds ${commit}.\n` +
        "Correct native/llama-cpp.json: package, version, integrity and commit belong together.",
    );
  }
  return tree;
}

/** @param {string} tarball @param {Pin} pin */
async function verify(tarball, pin) {
  const hash = createHash("sha512");
  await pipeline(createReadStream(tarball), hash);
  const integrity = `sha512-${hash.digest("base64")}`;
  if (integrity !== pin.integrity) {
    throw new VendorError(
      `expected ${pin.package}@${pin.version} with integrity\n  ${pin.integrity}\nbut the registry sent\n  ${integrity}\n` +
        "Do not build this. Try `npm cache clean --force`; if it stays, the registry serves another file.",
    );
  }
}

/** @param {string} tree @param {Context} context */
async function applyPatches(tree, context) {
  for (const { path } of context.patches) {
    await git(tree, context, "apply", "--whitespace=nowarn", path).catch((error) => {
      if (!(error instanceof VendorError)) throw error;
      throw new VendorError(
        `expected ${path} to apply to llama.cpp ${context.pin.release}, but: ${lastLines(error.message)}\n` +
          "Bring the patch up to date with the pinned release (native/llama-cpp.json).",
      );
    });
  }
}

/** @param {string} cwd @param {Context} context @param {string[]} args */
function git(cwd, { env }, ...args) {
  // A hook's GIT_DIR and GIT_INDEX_FILE would turn git on the outer repository.
  const own = Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith("GIT_")));
  return run("git", ["-c", "core.autocrlf=false", ...args], { cwd, env: own }).catch((error) => {
    if (!(error instanceof CommandError)) throw error;
    throw new VendorError(`git ${args[0]} failed: ${lastLines(error.output)}\nIs git installed and on PATH?`);
  });
}

/** @param {string} text */
function lastLines(text) {
  return text.trim().split("\n").slice(-5).join("\n");
}

if (isMain(import.meta.url)) {
  await vendorLlamaCpp().catch((error) => {
    process.stderr.write(
      `${error instanceof VendorError || error instanceof Interrupted ? error.message : error.stack}\n`,
    );
    process.exitCode ||= 1;
  });
}
