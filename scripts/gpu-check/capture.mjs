// @ts-check
// A child process whose whole output is kept, until a deadline.
import { execFile } from "node:child_process";

/**
 * Never rejects: a command that cannot be started, or is ended at the deadline, has no code.
 * @param {{ root: string, deadline: number }} check @param {string} command @param {string[]} args
 * @returns {Promise<{ code: number | null, stdout: string, stderr: string }>}
 */
export function capture({ root, deadline }, command, args) {
  const { NODE_OPTIONS: _, ...env } = process.env;
  const options = { cwd: root, env, maxBuffer: 1 << 28, timeout: Math.max(1, deadline - Date.now()) };
  return new Promise((resolve) => {
    execFile(command, args, options, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === "number" ? error.code : null;
      resolve({ code, stdout, stderr: code === null ? `${stderr}${error?.message ?? ""}` : stderr });
    });
  });
}
