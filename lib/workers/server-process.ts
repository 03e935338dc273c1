/** The process in which ggml serves this machine's devices. Run by serve.ts, ends with it. */
import { native } from "../native.js";
import type { ServerTask } from "./serve.js";

process.once("message", async ({ endpoint, threads }: ServerTask) => {
  try {
    await native.serveDevices(endpoint, threads);
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`);
  }
  process.kill(process.pid, "SIGKILL");
});
// The serving thread never returns, and Node would wait for it.
process.once("disconnect", () => process.kill(process.pid, "SIGKILL"));
// Ctrl-C reaches the whole group: the parent says when it is over.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => {});
