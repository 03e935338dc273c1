import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { createError, type ForetokenError } from "../errors.js";
import { forkedFlags } from "../forked-flags.js";
import { addressText, type WorkerAddress } from "./address.js";
import { freeAddress } from "./free-port.js";
import { probeWorker } from "./probe.js";

export interface ServerTask {
  /** "a.b.c.d:port" */
  endpoint: string;
  threads: number;
}

export interface ServeOptions {
  threads: number;
  /** Ends the worker: the promise resolves. */
  signal: AbortSignal;
  /** Called once, when it answers there. */
  onListening: (address: WorkerAddress) => void;
  /** Called with why the server ended, before it is started again. */
  onRestart: (reason: string) => void;
}

const PROCESS = fileURLToPath(new URL("./server-process.js", import.meta.url));
const START_TIMEOUT_MS = 30_000;
const RESTART_PAUSE_MS = 500;

/**
 * Serves this machine's devices until the signal. ggml's server runs in a process of its own, since a client can end it; it
 * is then started again. Rejects with WORKER_CANNOT_LISTEN.
 */
export async function serveDevices(wanted: WorkerAddress, options: ServeOptions): Promise<void> {
  const { threads, signal, onListening, onRestart } = options;
  let address = wanted;
  for (let isFirst = true; !signal.aborted; isFirst = false) {
    address = await freeAddress(address);
    const server = start({ endpoint: `${address.host}:${address.port}`, threads });
    const stop = () => server.kill("SIGKILL");
    signal.addEventListener("abort", stop);
    try {
      const ended = once(server, "exit").then(([code, killed]): string => killed ?? `code ${code}`);
      if (isFirst) {
        await answers(address, server);
        if (signal.aborted) return;
        if (hasEnded(server)) throw cannotListen(address, await ended);
        onListening(address);
      }
      const reason = await ended;
      if (signal.aborted) return;
      onRestart(reason);
      await sleep(RESTART_PAUSE_MS, undefined, { signal }).catch(() => {});
    } finally {
      signal.removeEventListener("abort", stop);
      stop();
    }
  }
}

function start(task: ServerTask): ChildProcess {
  // ggml tells its stdout who comes and goes.
  const stdout = process.env.FORETOKEN_DEBUG === undefined ? "ignore" : 2;
  const server = fork(PROCESS, { stdio: ["ignore", stdout, 2, "ipc"], execArgv: forkedFlags() });
  server.send(task);
  return server;
}

/** Resolves when the server answers or has ended. Loading the modules of GPUs takes a while. */
async function answers(address: WorkerAddress, server: ChildProcess): Promise<void> {
  const own = address.host === "0.0.0.0" ? { ...address, host: "127.0.0.1" } : address;
  const until = performance.now() + START_TIMEOUT_MS;
  while (!hasEnded(server)) {
    const error = await probeWorker(own).then(
      () => null,
      (error: ForetokenError) => error,
    );
    // Whoever came first is being served.
    if (error === null || error.code === "WORKER_BUSY") return;
    if (performance.now() > until) throw error;
    await sleep(50);
  }
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}

function cannotListen(address: WorkerAddress, reason: string) {
  return createError(
    "WORKER_CANNOT_LISTEN",
    `Expected the server at ${addressText(address)} to start but it ended with ${reason}`,
  );
}
