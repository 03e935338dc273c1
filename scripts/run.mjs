// @ts-check
// Child processes for the scripts in this folder. Needs nothing but Node.
import { spawn } from "node:child_process";
import { realpathSync } from "node:fs";
import { win32 } from "node:path";
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

/** How long children may take to end once they are told to, before they are killed. */
const GRACE_MS = 3000;

/**
 * What to start for a command without a shell, which on Windows takes arguments apart at their spaces. There only npm needs one: it
 * is a batch file. Its program lies beside Node.
 * @param {string} command @param {string[]} args @param {{ platform: string, execPath: string }} [node]
 * @returns {[command: string, args: string[]]}
 */
export function withoutShell(command, args, { platform, execPath } = process) {
  if (platform !== "win32" || command !== "npm") return [command, args];
  const npm = win32.join(win32.dirname(execPath), "node_modules", "npm", "bin", "npm-cli.js");
  return [execPath, [npm, ...args]];
}

/**
 * A child that leads a group, and all below it: cmake does not pass signals on to its compilers.
 * @param {import("node:child_process").ChildProcess} child @param {NodeJS.Signals} signal
 */
function signalGroup({ pid }, signal) {
  try {
    if (pid !== undefined) process.kill(process.platform === "win32" ? pid : -pid, signal);
  } catch {
    // It has just ended.
  }
}

/**
 * @typedef {import("node:child_process").SpawnOptions & { onLine?: (line: string) => void, show?: boolean,
 *   deadline?: number | undefined }} RunOptions
 *   onLine: called for each line of output; show: pass output on to this process's stderr; deadline: milliseconds since 1970, when
 *   the command is ended, with all that it has started.
 * @typedef {{ code: number | null, stdout: string, stderr: string, output: string }} End
 *   code: null where it could not be started or was ended, which `stderr` tells; output: both, as they came
 */

/**
 * Runs a command to its end. Rejects only with Interrupted.
 * @param {string} command @param {string[]} args @param {RunOptions} [options] @returns {Promise<End>}
 */
export function finish(command, args, { onLine, show, deadline, ...options } = {}) {
  return new Promise((resolve, reject) => {
    const stdio = show ? ["ignore", 2, 2] : ["ignore", "pipe", "pipe"];
    const child = spawn(...withoutShell(command, args), {
      ...options,
      stdio: /** @type {any} */ (stdio),
      detached: process.platform !== "win32",
    });
    /** @type {NodeJS.Signals | undefined} */
    let interrupted;
    /** @param {NodeJS.Signals} signal */
    const stop = (signal) => {
      interrupted = signal;
      process.exitCode = signal === "SIGINT" ? 130 : 143;
      signalGroup(child, "SIGTERM");
    };
    process.on("SIGINT", stop).on("SIGTERM", stop);
    const texts = { stdout: "", stderr: "", output: "" };
    let rest = "";
    /** @param {"stdout" | "stderr"} stream @param {string} text */
    const collect = (stream, text) => {
      texts[stream] += text;
      texts.output += text;
      if (onLine) {
        const lines = (rest + text).split("\n");
        rest = lines.pop() ?? "";
        lines.forEach(onLine);
      }
    };
    for (const stream of /** @type {const} */ (["stdout", "stderr"]))
      child[stream]?.setEncoding("utf8").on("data", (text) => collect(stream, text));

    /** @type {NodeJS.Timeout | undefined} */
    let timer;
    const kill = () => {
      signalGroup(child, "SIGKILL");
      // What has left the group may keep them open.
      child.stdout?.destroy();
      child.stderr?.destroy();
    };
    const end = () => {
      collect("stderr", `\n${command} was ended at its deadline\n`);
      signalGroup(child, "SIGTERM");
      timer = setTimeout(kill, GRACE_MS);
    };
    if (deadline !== undefined) timer = setTimeout(end, deadline - Date.now());
    /** @param {number | null} code */
    const ended = (code) => {
      clearTimeout(timer);
      process.off("SIGINT", stop).off("SIGTERM", stop);
      if (interrupted) reject(new Interrupted(`interrupted by ${interrupted}`));
      else resolve({ code, ...texts });
    };
    child.on("error", (error) => {
      collect("stderr", `${error.message}\n`);
      ended(null);
    });
    child.on("close", ended);
  });
}

/**
 * Runs a command and resolves with its standard output; rejects with CommandError, all its output in `output`.
 * @param {string} command @param {string[]} args @param {RunOptions} [options] @returns {Promise<string>}
 */
export async function run(command, args, options) {
  const { code, stdout, output } = await finish(command, args, options);
  if (code !== 0) throw new CommandError([command, ...args].join(" "), code, output);
  return stdout;
}
