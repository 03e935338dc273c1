// One build's side of bench/cpu-variants.mjs, in a process of its own: FORETOKEN_ADDON names the build. Measures whenever its
// parent asks.
import { readFileSync } from "node:fs";
import { loadPair } from "../../dist/index.js";
import { demoPrompts } from "../prompts.mjs";

const { target, draft, rows, maxTokens, threads } = JSON.parse(process.argv[2]);
const pair = await loadPair({ target, draft, threads, deterministic: true });

process.on("message", async () => {
  const { targetStepMs, verifyCosts } = await pair.measure({
    draftMaxTokens: Math.max(...rows) - 1,
    repeats: 3,
  });
  const { stats } = await pair.complete(demoPrompts[0].text, { maxTokens, cachePrompt: false });
  process.send({
    passMs: rows.map((n) => targetStepMs * verifyCosts[n - 1]),
    msPerToken: stats.totalMs / stats.committed,
  });
});
process.on("disconnect", () => pair.close());
process.send({ module: cpuModule() });

/** The file name of ggml's CPU module that was chosen; null where the system does not say what is loaded. */
function cpuModule() {
  if (process.platform !== "linux") return null;
  return /libggml-cpu[^/]*\.so$/m.exec(readFileSync("/proc/self/maps", "utf8"))?.[0] ?? null;
}
