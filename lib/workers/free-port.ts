import { lookup } from "node:dns/promises";
import { type AddressInfo, createServer } from "node:net";
import { createError } from "../errors.js";
import { addressText, type WorkerAddress } from "./address.js";

/**
 * Where the worker can listen: the IPv4 address of the host, and a free port for port 0. ggml says neither why it cannot nor
 * which port it was given. Rejects with WORKER_CANNOT_LISTEN.
 */
export async function freeAddress(wanted: WorkerAddress): Promise<WorkerAddress> {
  const fail = (error: NodeJS.ErrnoException) => {
    throw createError(
      "WORKER_CANNOT_LISTEN",
      `Expected to listen at ${addressText(wanted)} but the system says ${error.code ?? error.message}`,
    );
  };
  const { address: host } = await lookup(wanted.host, { family: 4 }).catch(fail);
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host, port: wanted.port, exclusive: true }, resolve);
  }).catch(fail);
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return { host, port };
}
