/** The window's end of a port to the pair: what comes through it, in order. */
import { MessageChannel, type MessagePort } from "node:worker_threads";
import type { PairEvent, Request } from "../../examples/electron/messages.js";

type Of<T extends PairEvent["type"]> = Extract<PairEvent, { type: T }>;

export class PairWindow {
  /** The other end. */
  readonly remote: MessagePort;
  readonly events: PairEvent[] = [];
  readonly closed: Promise<void>;
  readonly #port: MessagePort;
  #arrived = () => {};

  constructor() {
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    this.remote = port2;
    this.closed = new Promise((resolve) => port1.on("close", resolve));
    port1.on("message", (event: PairEvent) => {
      this.events.push(event);
      this.#arrived();
    });
  }

  /** Anything, since a window is not trusted. */
  send(request: Request | unknown): void {
    this.#port.postMessage(request);
  }

  /** The first event of that type, and of that generation where one is named. */
  async event<T extends PairEvent["type"]>(type: T, id?: number | null): Promise<Of<T>> {
    for (;;) {
      const found = this.events.find(
        (event) => event.type === type && (id === undefined || ("id" in event && event.id === id)),
      );
      if (found !== undefined) return found as Of<T>;
      await new Promise<void>((resolve) => {
        this.#arrived = resolve;
      });
    }
  }

  tokens(id: number): Of<"tokens">["tokens"] {
    return this.events.flatMap((event) => (event.type === "tokens" && event.id === id ? event.tokens : []));
  }

  close(): void {
    this.#port.close();
  }
}
