// @ts-check
// Serves a pair over message ports. A port has the interface of Electron's MessagePortMain.
import { errorData, Run } from "./run.mjs";

/** @typedef {import("./messages.d.ts").PairEvent} PairEvent */
/** @typedef {import("./messages.d.ts").Request} Request */
/** @typedef {{ on(event: "message", listener: (event: { data: unknown }) => void): unknown,
 *   on(event: "close", listener: () => void): unknown, postMessage(message: PairEvent): void, start(): void, close(): void }} Port */
/** @typedef {import("../../lib/index.js").Pair} Pair */

export class PairService {
  /** @type {Promise<Pair>} */
  #pair;
  /** @type {Set<Port>} */
  #ports = new Set();
  #loading = new AbortController();
  #fraction = 0;

  /** @param {(options: { signal: AbortSignal, onProgress: (fraction: number) => void }) => Promise<Pair>} load */
  constructor(load) {
    this.#pair = load({
      signal: this.#loading.signal,
      onProgress: (fraction) => {
        this.#fraction = fraction;
        for (const port of this.#ports) port.postMessage({ type: "loading", fraction });
      },
    });
    this.#pair.catch(() => {});
  }

  /** Answers the requests that come through a port, until it is closed from either end. @param {Port} port */
  serve(port) {
    /** @type {Map<number, Run>} */
    const runs = new Map();
    this.#ports.add(port);
    port.on("message", ({ data }) => {
      const request = /** @type {Partial<Request> | null} */ (data);
      const id = request?.id;
      if (typeof id !== "number") return;
      if (request?.type === "stop") runs.get(id)?.stop();
      else if (request?.type === "generate" && !runs.has(id)) {
        const run = new Run(request);
        runs.set(id, run);
        run
          .events(this.#pair, (event) => this.#ports.has(port) && port.postMessage({ ...event, id }))
          .finally(() => runs.delete(id));
      }
    });
    port.on("close", () => {
      this.#ports.delete(port);
      for (const run of runs.values()) run.stop();
    });
    port.start();
    port.postMessage({ type: "loading", fraction: this.#fraction });
    this.#pair.then(
      ({ target, draft }) =>
        port.postMessage({ type: "ready", pair: { target: target.path, draft: draft?.path ?? null } }),
      (error) => port.postMessage({ type: "error", id: null, error: errorData(error) }),
    );
  }

  /** Closes the ports and the pair; running generations end. */
  async close() {
    for (const port of this.#ports) port.close();
    this.#ports.clear();
    this.#loading.abort();
    await this.#pair.then(
      (pair) => pair.close(),
      () => {},
    );
  }
}
