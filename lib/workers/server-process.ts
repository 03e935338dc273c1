/** The process in which ggml serves this machine's devices. Run by serve.ts, ends with it. */
import { endWithParent } from "../ends-with-parent.js";
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
endWithParent();
