// @ts-check
// What npm runs before it packs: dist/ made anew, so that nothing of a file that is gone is packed, and llama.cpp's patched
// sources at the pinned release, which a user's build takes instead of fetching them. package.json's "files" says what of
// both is packed. FORETOKEN_PREBUILDS names the platforms that must lie in prebuilds/ (linux-x64/glibc,darwin-arm64,…).
//
// Needs: node_modules, and what vendor-llama-cpp.mjs needs. Leaves: dist, native/llama.cpp.
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { missingPrebuilds } from "./prebuilds.mjs";
import { CommandError } from "./run.mjs";
import { compileTypeScript } from "./setup.mjs";
import { vendorLlamaCpp } from "./vendor-llama-cpp.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));

async function prepack() {
  if (process.env.LLAMA_CPP_DIR)
    throw new Error("Unset LLAMA_CPP_DIR: the package carries the pinned release.");
  const wanted = process.env.FORETOKEN_PREBUILDS?.split(",") ?? [];
  const missing = missingPrebuilds(root, wanted);
  if (missing.length > 0) throw new Error(`prebuilds/ lacks ${missing.join(", ")}`);
  await vendorLlamaCpp();
  await rm(join(root, "dist"), { recursive: true, force: true });
  await rm(join(root, "node_modules", ".cache", "tsbuildinfo"), { force: true });
  await compileTypeScript();
}

await prepack().catch((error) => {
  process.stderr.write(`${error.message}\n${error instanceof CommandError ? error.output : ""}`);
  process.exitCode ||= 1;
});
