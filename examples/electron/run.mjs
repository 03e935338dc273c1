// @ts-check
// One generation that a window asked for, as the events it is sent.

/** @typedef {import("../../lib/index.js").Pair} Pair */
/** @typedef {import("../../lib/index.js").Generation} Generation */
/** @typedef {Extract<import("./messages.d.ts").PairEvent, { type: "tokens" | "end" | "error" }>} RunEvent */
/** @typedef {{ prompt?: unknown, options?: unknown }} Wanted what came through the port: the library checks it */

export class Run {
  /** @type {Generation | null} */
  #generation = null;
  #isStopped = false;
  #wanted;

  /** @param {Wanted} wanted */
  constructor(wanted) {
    this.#wanted = wanted;
  }

  /** Ends it within one forward pass, or before it begins. */
  stop() {
    this.#isStopped = true;
    this.#generation?.abort();
  }

  /**
   * Sends tokens as they come, then "end" or "error". Never rejects.
   * @param {Promise<Pair>} pair @param {(event: import("./messages.d.ts").WithoutId<RunEvent>) => void} send
   */
  async events(pair, send) {
    try {
      const { prompt, options } = this.#wanted;
      const generation = (await pair).generate(/** @type {any} */ (prompt), /** @type {any} */ (options));
      this.#generation = generation;
      if (this.#isStopped) generation.abort();
      for await (const { tokens } of generation)
        send({ type: "tokens", tokens: tokens.map(({ text, origin }) => ({ text, origin })) });
      const { finishReason, stats } = await generation.result;
      const { generatedTokens, tokensPerRound, agreement, tokensPerSecond } = stats;
      send({
        type: "end",
        end: { finishReason, tokens: generatedTokens, tokensPerRound, agreement, tokensPerSecond },
      });
    } catch (error) {
      send({ type: "error", error: errorData(error) });
    }
  }
}

/** An error as what a port can carry. @param {unknown} error @returns {import("./messages.d.ts").ErrorData} */
export function errorData(error) {
  if (!(error instanceof Error)) return { name: "Error", code: null, message: String(error) };
  const code = "code" in error && typeof error.code === "string" ? error.code : null;
  return { name: error.name, code, message: error.message };
}
