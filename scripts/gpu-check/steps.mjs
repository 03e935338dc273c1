// @ts-check
// The steps of the check. Each gives what goes into the result under its name; `ok` says whether all went as hoped, which on a
// device that promises no exactness is a finding, not a fault of the check.
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { baseline } from "./baseline.mjs";
import { dialled, embedded } from "./bench.mjs";
import { capture } from "./capture.mjs";
import { foretoken } from "./foretoken.mjs";
import { exact, sweep } from "./sweep.mjs";
import { generation, native } from "./tests.mjs";

/**
 * @typedef {{ root: string, dryRun: boolean, architectures: string, cpu: boolean, llamaBench: string | null, deadline: number,
 *   say: (text: string) => void }} Check
 *   dryRun: small settings; cpu: without a GPU; llamaBench: the program, null to build it; deadline: milliseconds since 1970, after
 *   which children are ended.
 * @typedef {{ ok: boolean, [figure: string]: unknown }} Outcome with an `error` it is no finding: the step is done again
 */

/** @type {Record<string, (check: Check) => Promise<Outcome>>} */
export const STEPS = { build, devices, native, generation, sweep, exact, embedded, dialled, baseline };
/** Those that the ones after them stand on. */
export const NEEDED = ["build", "devices"];

/** @param {Check} check @returns {Promise<Outcome>} */
async function build({ root, cpu, architectures, deadline }) {
  const { build: buildAddon, keepBuild, keptBuild } = await import("../build.mjs");
  // Another machine's compiler may warn of more than ours.
  const cuda = { options: { cuda: true, architectures }, definitions: ["-DFORETOKEN_WERROR=OFF"] };
  const { options, definitions } = cpu ? await keptBuild() : cuda;
  await buildAddon({ ...options, deadline }, definitions);
  await keepBuild(options, definitions);
  const modules = (await readdir(join(root, "build", "Release"))).filter((name) => /ggml-/.test(name));
  const ok = cpu || modules.some((name) => /cuda/.test(name));
  return { ok, modules, ...(!ok && { error: "no CUDA module was built" }) };
}

/** @param {Check} check @returns {Promise<Outcome>} */
async function devices(check) {
  // What a module that gives no device says of itself comes on stderr.
  const { code, stdout, stderr } = await foretoken(check, ["devices", "--json"]);
  /** @type {{ type: string }[]} */
  const found = code === 0 ? JSON.parse(stdout) : [];
  const ok = code === 0 && (check.cpu || found.some(({ type }) => type === "gpu"));
  const version = async (/** @type {string} */ name, /** @type {string[]} */ args) =>
    (await capture(check, name, args)).stdout.trim().split("\n").slice(-2);
  return {
    ok,
    devices: found,
    notes: stderr.trim().split("\n").filter(Boolean),
    driver: check.cpu
      ? []
      : await version("nvidia-smi", ["--query-gpu=name,driver_version,memory.total", "--format=csv"]),
    compiler: check.cpu ? [] : await version("nvcc", ["--version"]),
    ...(!ok && { error: code === 0 ? "no GPU is listed" : "`foretoken devices` failed" }),
  };
}

/** Which commit was packed; null in a checkout. @param {string} root @returns {Promise<{ commit: string } | null>} */
export function packed(root) {
  return readFile(join(root, ".node", "packed.json"), "utf8").then(JSON.parse, () => null);
}
