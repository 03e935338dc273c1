/** A limit of threads ends in a typed error, where ggml itself aborts the process. */
import { execFileSync, spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import t from "tap";

const script = fileURLToPath(new URL("../fixtures/process/thread-limit.mjs", import.meta.url));
// The limit does not bind root, and counts all processes of a user. tap puts a loader of its own into NODE_OPTIONS.
const asNobody = [
  "--reuid=65534",
  "--regid=65534",
  "--clear-groups",
  "prlimit",
  "--nproc=60",
  "env",
  "-u",
  "NODE_OPTIONS",
];

function skipReason(): string | false {
  if (process.platform !== "linux" || process.getuid?.() !== 0) return "needs root on Linux";
  try {
    execFileSync("setpriv", [...asNobody, "test", "-r", script]);
    return false;
  } catch {
    return "setpriv and prlimit are needed, and a checkout that others may read";
  }
}

t.test("an engine of more threads than the limit allows", { skip: skipReason() }, async (t) => {
  const { status, signal, stdout, stderr } = spawnSync("setpriv", [...asNobody, process.execPath, script], {
    encoding: "utf8",
    timeout: 60_000,
  });
  t.match({ status, signal, stderr }, { status: 0, signal: null, stderr: "" });
  t.equal(stdout, "THREADS_UNAVAILABLE\ndone\n");
});
