import { connect } from "node:net";
import { createError, type ForetokenError } from "../errors.js";
import { native } from "../native.js";
import { addressText, type WorkerAddress } from "./address.js";

/** What ggml's RPC says first: HELLO, its length, and no capabilities of the transport. */
const CAPABILITY_BYTES = 24;
const HELLO = Buffer.alloc(1 + 8 + CAPABILITY_BYTES);
HELLO.writeUInt8(14, 0);
HELLO.writeBigUInt64LE(BigInt(CAPABILITY_BYTES), 1);
/** Length, version (three bytes and one of padding), capabilities. */
const ANSWER_BYTES = 8 + 4 + CAPABILITY_BYTES;

/** Milliseconds for connecting and greeting. */
export const PROBE_TIMEOUT_MS = 5000;

/**
 * Greets a worker as ggml would and leaves: ggml itself waits without end, and aborts the process where nobody answers.
 * Resolves with the address found, its host an IPv4 address. Rejects with WORKER_UNREACHABLE, WORKER_BUSY, WORKER_UNSUITABLE.
 */
export function probeWorker(address: WorkerAddress, timeoutMs = PROBE_TIMEOUT_MS): Promise<WorkerAddress> {
  const worker = addressText(address);
  const unreachable = (what: string) =>
    createError("WORKER_UNREACHABLE", `Expected a worker at ${worker} but ${what}`);
  const unsuitable = (what: string) =>
    createError("WORKER_UNSUITABLE", `Expected a worker at ${worker} but ${what}`);
  return new Promise((resolve, reject) => {
    let received = Buffer.alloc(0);
    let host: string | null = null;
    const socket = connect({ ...address, family: 4 });
    const settle = (error: ForetokenError | null) => {
      clearTimeout(timer);
      socket.destroy();
      if (error === null) resolve({ host: host ?? address.host, port: address.port });
      else reject(error);
    };
    const seconds = `${timeoutMs / 1000} s`;
    const timer = setTimeout(() => {
      if (host === null) settle(unreachable(`there was no connection within ${seconds}`));
      else settle(createError("WORKER_BUSY", `Expected the worker at ${worker} to answer within ${seconds}`));
    }, timeoutMs);
    socket.on("connect", () => {
      host = socket.remoteAddress ?? null;
      socket.write(HELLO);
    });
    socket.on("data", (data) => {
      received = Buffer.concat([received, data]);
      if (received.length < 8) return;
      if (received.readBigUInt64LE(0) !== BigInt(ANSWER_BYTES - 8))
        return settle(unsuitable("something else answers there"));
      if (received.length < ANSWER_BYTES) return;
      const [major = 0, minor = 0] = received.subarray(8, 10);
      settle(isOurs(major, minor) ? null : unsuitable(`it speaks version ${major}.${minor} of ggml's RPC`));
    });
    socket.on("error", (error: NodeJS.ErrnoException) => {
      settle(unreachable(`the connection failed: ${error.code ?? error.message}`));
    });
    socket.on("end", () => settle(unsuitable("it hung up without an answer")));
  });
}

function isOurs(major: number, minor: number): boolean {
  return major === native.rpcProtocol.major && minor <= native.rpcProtocol.minor;
}
