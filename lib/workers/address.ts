import { isIPv4 } from "node:net";
import { createError } from "../errors.js";
import * as is from "../is.js";

/** As many as ggml's RPC backend is made for. */
const MOST_WORKERS = 16;

/** Where a worker listens. */
export interface WorkerAddress {
  /** IPv4 address or name: ggml's RPC knows nothing else. */
  host: string;
  port: number;
}

/** `rpc://host:port` for people. */
export function addressText({ host, port }: WorkerAddress): string {
  return `rpc://${host}:${port}`;
}

/** As ggml takes them. */
export function endpoints(addresses: readonly WorkerAddress[]): string[] {
  return addresses.map(({ host, port }) => `${host}:${port}`);
}

/** The option `devices`. Throws OPTION_INVALID. */
export function workerAddresses(value: unknown): WorkerAddress[] {
  if (!Array.isArray(value)) throw is.invalid("devices", 'array of "rpc://host:port"', value);
  if (value.length === 0 || value.length > MOST_WORKERS) {
    throw createError(
      "OPTION_INVALID",
      `Expected 1 to ${MOST_WORKERS} addresses for devices but received ${value.length}`,
    );
  }
  const addresses = value.map((text, i) => workerAddress(`devices[${i}]`, text));
  refuseTwice(addresses);
  return addresses;
}

/** Throws OPTION_INVALID. */
export function refuseTwice(addresses: readonly WorkerAddress[]): void {
  const twice = addresses.map(addressText).find((text, i, all) => all.indexOf(text) !== i);
  if (twice !== undefined)
    throw createError("OPTION_INVALID", `Expected each worker once for devices but received ${twice} twice`);
}

function workerAddress(name: string, value: unknown): WorkerAddress {
  const [, host, port] = (typeof value === "string" && /^rpc:\/\/([^:/?#@]+):(\d{1,5})$/.exec(value)) || [];
  const address = { host: host ?? "", port: Number(port) };
  if (!isHost(address.host) || !(address.port >= 1 && address.port <= 65535))
    throw is.invalid(
      name,
      '"rpc://host:port" with a name or an IPv4 address and a port of 1 to 65535',
      value,
    );
  return address;
}

/** `[host:]port` of `foretoken worker --listen`; port 0 is any that is free. Throws OPTION_INVALID. */
export function listenAddress(text: string): WorkerAddress {
  const [, host = "127.0.0.1", port] = /^(?:([^:/?#@]+):)?(\d{1,5})$/.exec(text) ?? [];
  const address = { host, port: Number(port) };
  if (!isHost(host) || !(address.port <= 65535))
    throw is.invalid("listen", "[host:]port with a name or an IPv4 address and a port of 0 to 65535", text);
  return address;
}

function isHost(text: string): boolean {
  if (/^[\d.]+$/.test(text)) return isIPv4(text);
  return text.length <= 253 && /^[a-z\d_]([a-z\d_.-]*[a-z\d_])?$/i.test(text);
}
