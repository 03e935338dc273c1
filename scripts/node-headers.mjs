// @ts-check
// Where the headers are that the addon is compiled with. Needs node_modules; leaves nothing.
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";

const require = createRequire(import.meta.url);

/**
 * Node-API's: those that this Node was installed with; where it was without (Windows, a copied binary, Electron), the package's,
 * which serve as well, since Node-API is one for all versions.
 * @param {string} [node] the binary
 * @returns {string}
 */
export function nodeHeaders(node = process.execPath) {
  const own = join(dirname(node), "..", "include", "node");
  return existsSync(join(own, "node_api.h")) ? own : resolve(require("node-api-headers").include_dir);
}

/** The C++ wrapper's. @returns {string} */
export function addonApiHeaders() {
  return resolve(require("node-addon-api").include_dir);
}
