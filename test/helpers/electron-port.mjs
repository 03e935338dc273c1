// @ts-check
// Electron's MessagePortMain over Node's MessagePort.
import { EventEmitter } from "node:events";

export class PortMain extends EventEmitter {
  #port;

  /** @param {import("node:worker_threads").MessagePort} port */
  constructor(port) {
    super();
    this.#port = port;
    port.on("close", () => this.emit("close"));
  }

  start() {
    // A listener starts a port of Node.
    this.#port.on("message", (data) => this.emit("message", { data, ports: [] }));
  }

  /** @param {unknown} message */
  postMessage(message) {
    this.#port.postMessage(message);
  }

  close() {
    this.#port.close();
  }
}
