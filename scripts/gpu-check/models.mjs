// @ts-check
// Models made on the spot, in shapes of the report that is reproduced.
import { join } from "node:path";
import { capture } from "./capture.mjs";

/** @typedef {import("./steps.mjs").Check} Check */

/** Where they lie. @param {Check} check */
export function dialledFolder({ root }) {
  return join(root, "build", "dialled");
}

/** Their files, a target before its drafts; those that are there are kept. @param {Check} check @param {string[]} args */
export async function makeModels(check, args) {
  check.say(`making models: ${args.join(" ")}`);
  const script = join(check.root, "scripts", "dialled-pair.mjs");
  const { code, stdout, stderr } = await capture(check, process.execPath, [
    script,
    ...args,
    "--out",
    dialledFolder(check),
  ]);
  if (code !== 0) throw new Error(`making models ended with ${code}:\n${stderr.slice(-2000)}`);
  return stdout.trim().split("\n");
}
