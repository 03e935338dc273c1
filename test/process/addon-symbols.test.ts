/** What the addon imports: only Node-API from Node, and llama.cpp only under names of our own. */
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import t from "tap";

const ADDON = "build/Release/foretoken.node";
const NAPI_VERSION = 9;
const { symbols } = createRequire(import.meta.url)("node-api-headers") as {
  symbols: Record<string, { js_native_api_symbols: string[]; node_api_symbols: string[] }>;
};
const allowed = new Set<string>();
for (let version = 1; version <= NAPI_VERSION; version++) {
  const { js_native_api_symbols = [], node_api_symbols = [] } = symbols[`v${version}`] ?? {};
  for (const name of [...js_native_api_symbols, ...node_api_symbols]) allowed.add(name);
}

const skip = ["/usr/bin/nm", "/usr/bin/readelf"].every(existsSync)
  ? false
  : "nm and readelf (binutils) are not installed";
if (skip) t.comment(`skipped: ${skip}`);

t.test("every symbol taken from Node is in Node-API version 9 or earlier", { skip }, async (t) => {
  const undefinedSymbols = execFileSync("nm", ["-D", "--undefined-only", ADDON], { encoding: "utf8" })
    .split("\n")
    .map((line) => line.trim().split(/\s+/).at(-1)?.split("@")[0] ?? "");
  const napi = undefinedSymbols.filter((name) => /^(napi|node_api)_/.test(name));
  t.ok(napi.length > 20);
  t.strictSame(
    napi.filter((name) => !allowed.has(name)),
    [],
  );
  t.strictSame(
    undefinedSymbols.filter((name) => /^uv_|^_ZNK?2v8|^_ZNK?4node/.test(name)),
    [],
  );
});

t.test("llama.cpp's libraries carry names of our own and are found beside the addon", { skip }, async (t) => {
  const dynamic = execFileSync("readelf", ["-d", ADDON], { encoding: "utf8" });
  for (const name of ["llama", "ggml", "ggml-base"]) t.match(dynamic, `libforetoken-${name}.so`);
  t.notMatch(dynamic, /\[lib(llama|ggml|ggml-base)[.]so/);
  t.match(dynamic, "[$ORIGIN]");
});
