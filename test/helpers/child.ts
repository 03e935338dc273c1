import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

export interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
  /** It had to be killed. */
  hung: boolean;
}

interface Options {
  /** Flags of node itself. */
  nodeFlags?: string[];
  /** Sends this once stdout has something. */
  signalOnOutput?: NodeJS.Signals;
  /** Sends SIGINT once this is fulfilled. */
  interruptAfter?: Promise<unknown>;
  /** Sends SIGKILL once this is fulfilled. */
  killAfter?: Promise<unknown>;
  /** Closes the reading end of stdout once it has something. */
  closeOnOutput?: boolean;
  input?: string;
  /** @default the package's folder */
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  timeoutMs?: number;
}

const root = fileURLToPath(new URL("../../", import.meta.url));

/** Runs a script of this repository in a process of its own. Never rejects. */
export function run(script: string, args: string[] = [], options: Options = {}): Promise<Ended> {
  const { nodeFlags = [], timeoutMs = 60_000, input = "", env = {}, cwd = root } = options;
  // Loaders of the test runner would slow the child and catch its signals.
  const { NODE_OPTIONS: _, ...inherited } = process.env;
  const child = spawn(process.execPath, [...nodeFlags, root + script, ...args], {
    cwd,
    env: { ...inherited, ...env },
  });
  const ended: Ended = { code: null, signal: null, stdout: "", stderr: "", hung: false };
  const timer = setTimeout(() => {
    ended.hung = true;
    child.kill("SIGKILL");
  }, timeoutMs);
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    const first = ended.stdout === "";
    ended.stdout += text;
    if (first && options.signalOnOutput) child.kill(options.signalOnOutput);
    if (first && options.closeOnOutput) child.stdout.destroy();
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    ended.stderr += text;
  });
  options.interruptAfter?.then(() => child.kill("SIGINT"));
  options.killAfter?.then(() => child.kill("SIGKILL"));
  child.stdin.on("error", () => {}).end(input);
  return new Promise((resolve) => {
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      resolve({ ...ended, code, signal });
    });
  });
}
