// @ts-check
// Child processes for the scripts in this folder. Needs nothing but Node.
import { spawn } from "node:child_process";
import { realpathSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** Whether Node was started with this module, also through a symbolic link. @param {string} url */
export function isMain(url) {
  return process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(url);
}

/** A child ended because this process was asked to; process.exitCode is set. */
export class Interrupted extends Error {
  /** @override */
  name = "Interrupted";
}

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
    const windows = process.platform === "win32";
    const child = spawn(command, args, {
      ...options,
      stdio: /** @type {any} */ (stdio),
      shell: windows,
      // A group of its own, since cmake does not pass signals on to the compilers below it.
      detached: !windows,
    });
    /** @type {NodeJS.Signals | undefined} */
    let interrupted;
    /** @param {NodeJS.Signals} signal */
    const stop = (signal) => {
      interrupted = signal;
      process.exitCode = signal === "SIGINT" ? 130 : 143;
      try {
        if (child.pid !== undefined) process.kill(windows ? child.pid : -child.pid, "SIGTERM");
      } catch {
        // It has just ended.
      }
    };
    process.on("SIGINT", stop).on("SIGTERM", stop);
    const forget = () => process.off("SIGINT", stop).off("SIGTERM", stop);
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
    child.on("error", (error) => {
      forget();
      reject(new CommandError(name, null, `${error.message}\n${output}`));
    });
    child.on("close", (status) => {
      forget();
      if (interrupted) reject(new Interrupted(`interrupted by ${interrupted}`));
      else if (status === 0) resolve(stdout);
      else reject(new CommandError(name, status, output));
    });
  });
}
