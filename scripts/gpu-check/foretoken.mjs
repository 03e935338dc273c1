// @ts-check
// The command line of the built package.
import { join } from "node:path";
import { capture } from "./capture.mjs";

/** @param {import("./steps.mjs").Check} check @param {string[]} args */
export function foretoken(check, args) {
  return capture(check, process.execPath, [join(check.root, "dist", "cli", "main.js"), ...args]);
}
