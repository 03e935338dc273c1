// @ts-check
// A child process whose whole output is kept, until a deadline.
import { finish } from "../run.mjs";

/** With these, CUDA and ggml's Vulkan and Metal have no device for a process. */
const WITHOUT_GPU = { CUDA_VISIBLE_DEVICES: "-1", GGML_VK_VISIBLE_DEVICES: "", GGML_METAL_DEVICES: "0" };

/**
 * Rejects only where the check is interrupted: a command that cannot be started, or is ended at the deadline with all that it has
 * started, has no code.
 * @param {{ root: string, cpu: boolean, deadline: number }} check cpu: GPUs are hidden from it
 * @param {string} command @param {string[]} args @param {NodeJS.ProcessEnv} [settings] environment variables
 * @returns {Promise<import("../run.mjs").End>}
 */
export function capture({ root, cpu, deadline }, command, args, settings = {}) {
  const { NODE_OPTIONS: _, ...inherited } = process.env;
  const env = { ...inherited, ...(cpu && WITHOUT_GPU), ...settings };
  return finish(command, args, { cwd: root, env, deadline });
}
