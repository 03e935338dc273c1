// The demo: sets everything up, then shows what a draft gains on the embedded models. Needs nothing installed by hand;
// leaves the build.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const json = process.argv.includes("--json");
await setUp();
const { showDemo } = await import("../bench/demo.mjs");
process.exitCode = await showDemo({ json });

/** Set-up writes to stderr only: stdout is the demo's. */
async function setUp() {
  const script = fileURLToPath(new URL("setup.mjs", import.meta.url));
  const child = spawn(process.execPath, [script], { stdio: ["inherit", 2, 2] });
  const [code, signal] = await once(child, "exit");
  if (code !== 0) process.exit(code ?? (signal === "SIGINT" ? 130 : 1));
}
