import { type ChildProcess, fork } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { createError } from "../errors.js";
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
/** What ggml says of each client. */
const ACCEPTED = "Accepted client connection";

/**
 * Serves this machine's devices until the signal. ggml's server runs in a process of its own, since a client can end it; it
 * is then started again. Rejects with WORKER_CANNOT_LISTEN.
 */
export async function serveDevices(wanted: WorkerAddress, options: ServeOptions): Promise<void> {
  const { threads, signal, onListening, onRestart } = options;
  let address = wanted;
  for (let isFirst = true; !signal.aborted; isFirst = false) {
    address = await freeAddress(address);
    if (signal.aborted) return;
    const server = start(address, threads);
    const stop = () => server.kill("SIGKILL");
    signal.addEventListener("abort", stop);
    try {
      const ended = endOf(server);
      if (isFirst) {
        await answers(address, server);
        if (signal.aborted) return;
        if (hasEnded(server)) throw cannotListen(address, `it ended with ${await ended}`);
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

/** Throws WORKER_CANNOT_LISTEN; some reasons why the system does not start it are its event "error" instead. */
function start(address: WorkerAddress, threads: number): ChildProcess {
  const server = forkServer(address);
  if (process.env.FORETOKEN_DEBUG === undefined) server.stdout?.resume();
  else server.stdout?.pipe(process.stderr);
  // Where it cannot be sent the process has ended, which its event says; one that was not even begun has no channel.
  const task: ServerTask = { endpoint: `${address.host}:${address.port}`, threads };
  server.send?.(task, () => {});
  return server;
}

function forkServer(address: WorkerAddress): ChildProcess {
  try {
    return fork(PROCESS, { stdio: ["ignore", "pipe", 2, "ipc"], execArgv: forkedFlags() });
  } catch (error) {
    throw cannotListen(address, `the system says ${(error as Error).message}`);
  }
}

/** How it ended, or why it could not be started. */
function endOf(server: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    server.once("exit", (code, killed) => resolve(killed ?? `code ${code}`));
    server.on("error", ({ message }) => resolve(message));
  });
}

/** Resolves when the server answers or has ended. Loading the modules of GPUs takes a while. */
async function answers(address: WorkerAddress, server: ChildProcess): Promise<void> {
  const own = address.host === "0.0.0.0" ? { ...address, host: "127.0.0.1" } : address;
  const until = performance.now() + START_TIMEOUT_MS;
  // Another's that took the port meanwhile answers as well. Whoever came first is being served.
  let hasAccepted = false;
  server.stdout?.on("data", (text) => {
    hasAccepted ||= String(text).includes(ACCEPTED);
  });
  while (!hasAccepted && !hasEnded(server)) {
    if (performance.now() > until) throw cannotListen(address, "it does not answer");
    await probeWorker(own).catch(() => {});
    await sleep(50);
  }
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}

function cannotListen(address: WorkerAddress, what: string) {
  return createError(
    "WORKER_CANNOT_LISTEN",
    `Expected the server at ${addressText(address)} to start but ${what}`,
  );
}
