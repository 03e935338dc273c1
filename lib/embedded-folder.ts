import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { unpacked } from "./unpacked.js";

/** The package that carries the embedded models. A checkout has its folder; users of the library install it if they want it. */
export const MODELS_PACKAGE = "foretoken-models";

/**
 * The folder of the embedded models, ending in a separator: the checkout's own, or the installed package's; null where there
 * is neither.
 */
export function embeddedFolder(from = new URL("../", import.meta.url)): string | null {
  const own = fileURLToPath(new URL("models/package.json", from));
  if (existsSync(own)) return unpacked(dirname(own) + sep);
  try {
    return unpacked(dirname(createRequire(from).resolve(`${MODELS_PACKAGE}/package.json`)) + sep);
  } catch {
    return null;
  }
}
