// @ts-check
// Child processes for the scripts in this folder. Needs nothing but Node.
import { spawn } from "node:child_process";

export class CommandError extends Error {
  /** @param {string} command @param {number | null} status @param {string} output */
  constructor(command, status, output) {
    super(`${command} failed${status === null ? "" : ` with status ${status}`}`);
    this.status = status;
    this.output = output;
  }
}

/**
 * Runs a command and resolves with its standard output; rejects with CommandError, all its output in `output`.
 * @param {string} command
 * @param {string[]} args
 * @param {import("node:child_process").SpawnOptions & { onLine?: (line: string) => void, show?: boolean }} [options]
 *   onLine: called for each line of output; show: pass output on to this process's stderr.
 * @returns {Promise<string>}
 */
export function run(command, args, { onLine, show, ...options } = {}) {
  return new Promise((resolve, reject) => {
    const stdio = show ? ["ignore", 2, 2] : ["ignore", "pipe", "pipe"];
    const child = spawn(command, args, {
      ...options,
      stdio: /** @type {any} */ (stdio),
      shell: process.platform === "win32",
    });
    const name = [command, ...args].join(" ");
    let stdout = "";
    let output = "";
    let rest = "";
    /** @param {Buffer} data */
    const collect = (data) => {
      output += data;
      if (onLine) {
        const lines = (rest + data).split("\n");
        rest = lines.pop() ?? "";
        lines.forEach(onLine);
      }
    };
    child.stdout?.on("data", (data) => {
      stdout += data;
      collect(data);
    });
    child.stderr?.on("data", collect);
    child.on("error", (error) => reject(new CommandError(name, null, `${error.message}\n${output}`)));
    child.on("close", (status) =>
      status === 0 ? resolve(stdout) : reject(new CommandError(name, status, output)),
    );
  });
}
