import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { Test } from "tap";

const MAIN = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));

export interface Worker {
  /** "rpc://127.0.0.1:port" */
  address: string;
  port: number;
  /** Of the command. */
  pid: number;
  stderr(): string;
  /** Ends it as a crash of its machine would. */
  kill(): Promise<void>;
}

/** A worker on loopback with one thread, ended with the test. */
export async function startWorker(t: Test, port = 0): Promise<Worker> {
  const { NODE_OPTIONS: _, ...env } = process.env;
  const args = [MAIN, "worker", "--listen", `${port}`, "--threads", "1"];
  const child = spawn(process.execPath, args, { env, stdio: ["ignore", "pipe", "pipe"] });
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  const ended = once(child, "close");
  const kill = async () => {
    child.kill("SIGKILL");
    await ended;
  };
  t.teardown(kill);
  const [address] = (await once(createInterface(child.stdout), "line")) as [string];
  const { pid = Number.NaN } = child;
  return { address, port: Number(address.split(":").at(-1)), pid, stderr: () => stderr, kill };
}
