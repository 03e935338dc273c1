// @ts-check
// Whether a built addon works on this machine, found out by a child process: a binary for another processor, C library or
// Node may crash instead of failing. Needs nothing but Node; leaves nothing.
import { spawnSync } from "node:child_process";

/** Loads the addon and ggml's modules beside it, and so runs what chooses among them. */
const PROBE = `
try {
  const devices = require(process.argv[1]).devices();
  if (!devices.some(({ type }) => type === "cpu")) throw new Error("it finds no processor");
} catch (error) {
  process.stdout.write(error.message.split("\\n")[0]);
  process.exitCode = 1;
}`;

/** Windows knows no signals, and ends a process with a status: STATUS_ILLEGAL_INSTRUCTION. */
const ILLEGAL_INSTRUCTION = 0xc000001d;

/**
 * What the end of a process that loaded an addon says of that.
 * @param {{ status: number | null, signal: string | null }} end
 */
export function whatEnded({ status, signal }) {
  if (signal === "SIGILL" || status === ILLEGAL_INSTRUCTION)
    return "it has instructions that this processor lacks (SIGILL)";
  return `loading it ended the process with ${signal ?? `status ${status}`}`;
}

/**
 * Why the addon cannot be used here; null where it can.
 * @param {string} addon absolute path
 * @param {{ timeoutMs?: number }} [options] default 60000
 * @returns {string | null}
 */
export function whyUnfit(addon, { timeoutMs = 60_000 } = {}) {
  const { status, signal, stdout, error } = spawnSync(process.execPath, ["-e", PROBE, addon], {
    encoding: "utf8",
    timeout: timeoutMs,
    killSignal: "SIGKILL",
    stdio: ["ignore", "pipe", "ignore"],
  });
  if (status === 0) return null;
  if (error !== undefined)
    return "code" in error && error.code === "ETIMEDOUT"
      ? `it had not loaded after ${timeoutMs / 1000} s`
      : error.message;
  return stdout.trim() || whatEnded({ status, signal });
}
