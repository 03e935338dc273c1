// @ts-check
// A child process whose whole output is kept, until a deadline.
import { execFile } from "node:child_process";

/** With these, CUDA and ggml's Vulkan and Metal have no device for a process. */
const WITHOUT_GPU = { CUDA_VISIBLE_DEVICES: "-1", GGML_VK_VISIBLE_DEVICES: "", GGML_METAL_DEVICES: "0" };

/**
 * Never rejects: a command that cannot be started, or is ended at the deadline, has no code.
 * @param {{ root: string, cpu: boolean, deadline: number }} check cpu: GPUs are hidden from it
 * @param {string} command @param {string[]} args @param {NodeJS.ProcessEnv} [settings] environment variables
 * @returns {Promise<{ code: number | null, stdout: string, stderr: string }>}
 */
export function capture({ root, cpu, deadline }, command, args, settings = {}) {
  const { NODE_OPTIONS: _, ...inherited } = process.env;
  const env = { ...inherited, ...(cpu && WITHOUT_GPU), ...settings };
  const options = { cwd: root, env, maxBuffer: 1 << 28, timeout: Math.max(1, deadline - Date.now()) };
  return new Promise((resolve) => {
    execFile(command, args, options, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === "number" ? error.code : null;
      resolve({ code, stdout, stderr: code === null ? `${stderr}${error?.message ?? ""}` : stderr });
    });
  });
}
