import { networkInterfaces } from "node:os";
import type { WorkerAddress } from "./address.js";

/**
 * What `devices` take for a worker that listens there: 0.0.0.0 stands for every address of its machine, and on another machine for
 * that one's.
 */
export function reachableAddresses({ host, port }: WorkerAddress): WorkerAddress[] {
  if (host !== "0.0.0.0") return [{ host, port }];
  const own = Object.values(networkInterfaces()).flatMap((addresses = []) =>
    addresses.filter(({ family }) => family === "IPv4"),
  );
  const outer = own.filter(({ internal }) => !internal);
  // A machine without a network has loopback only.
  return (outer.length > 0 ? outer : own).map(({ address }) => ({ host: address, port }));
}
