import { EventEmitter } from "node:events";
import type { FinishReason } from "./generation.js";
import { FINISH_REASONS, type PassSize } from "./native.js";
import { ratio, type Stats } from "./stats.js";

/** Requests that are decoded, and those that wait for a place among them; none that wait for their readers. */
export interface Load {
  running: number;
  queued: number;
}

/** What a pair has done since it was loaded, and does now. Counters only grow; ratios with nothing to divide by are null. */
export interface PairMetrics extends Load {
  /** Ended requests by their reason; those stopped by a signal, a `break` or `close()` are "aborted". */
  finished: Record<FinishReason, number>;
  /** Requests that ended with an error. */
  failed: number;
  /** Of ended requests, as are all counters below but `generatedTokens`. */
  promptTokens: number;
  /** Of those: what the target's cache held already. */
  cachedTokens: number;
  /** Of running requests, too. */
  generatedTokens: number;
  rounds: number;
  proposed: number;
  accepted: number;
  corrections: number;
  bonuses: number;
  /** A pass that served several requests counts once; of one that serves running ones too, the share of those that ended. */
  targetPasses: number;
  draftPasses: number;
  targetTokens: number;
  draftTokens: number;
  /** Mean batch size of the target: targetTokens / targetPasses. */
  tokensPerPass: number | null;
  /** See Stats. */
  agreement: number | null;
  acceptanceRate: number | null;
  tokensPerRound: number | null;
  /** Milliseconds in which there was anything to do. */
  busyMs: number;
  /** Generated tokens per second of `busyMs`, prefills included. */
  tokensPerSecond: number | null;
}

/** How a generation ended: with a reason or with an error. */
export interface GenerationEnd {
  finishReason: FinishReason | null;
  error: unknown;
  /** null where the models were not asked any more. */
  stats: Stats | null;
}

/** `id` counts a pair's requests. Listeners are called after the fact, from the event loop. */
export interface PairEvents {
  /** A request is taken: it runs or waits. */
  request: [{ id: number; promptTokens: number } & Load];
  /** `batch`: what the target's pass that brought the last of them served. */
  tokens: [{ id: number; count: number; batch: PassSize }];
  /** `firstTokenMs` and `totalMs` since the request was taken, waiting included. */
  end: [{ id: number; firstTokenMs: number | null; totalMs: number } & Load & GenerationEnd];
}

const COUNTERS = [
  "promptTokens",
  "cachedTokens",
  "rounds",
  "proposed",
  "accepted",
  "corrections",
  "bonuses",
  "targetTokens",
  "draftTokens",
  "targetPassShare",
  "draftPassShare",
] as const satisfies readonly (keyof Stats)[];

/** Counts what a pair's generations do, and tells who listens. */
export class Meter {
  readonly events = new EventEmitter<PairEvents>();
  readonly #maxSequences: number;
  readonly #counters = Object.fromEntries(COUNTERS.map((name) => [name, 0])) as Record<
    (typeof COUNTERS)[number],
    number
  >;
  readonly #finished = Object.fromEntries(FINISH_REASONS.map((reason) => [reason, 0])) as Record<
    FinishReason,
    number
  >;
  #taken = 0;
  #open = 0;
  /** Of those, the ones that wait for their readers; and of these, the ones that keep their places meanwhile. */
  #paused = 0;
  #waitingInPlace = 0;
  #failed = 0;
  #generatedTokens = 0;
  #busyMs = 0;
  #busySince = 0;

  constructor(maxSequences: number) {
    this.#maxSequences = maxSequences;
  }

  snapshot(): PairMetrics {
    const { targetPassShare, draftPassShare, ...counters } = this.#counters;
    // Sums of shares: thirds do not add up to one.
    const targetPasses = Math.round(targetPassShare);
    const { rounds, proposed, accepted, corrections, targetTokens } = counters;
    const busyMs = this.#busyMs + (this.#open > 0 ? performance.now() - this.#busySince : 0);
    return {
      ...this.#load,
      finished: { ...this.#finished },
      failed: this.#failed,
      ...counters,
      targetPasses,
      draftPasses: Math.round(draftPassShare),
      tokensPerPass: ratio(targetTokens, targetPasses),
      generatedTokens: this.#generatedTokens,
      agreement: ratio(accepted, accepted + corrections),
      acceptanceRate: ratio(accepted, proposed),
      tokensPerRound: rounds > 0 ? 1 + accepted / rounds : null,
      busyMs,
      tokensPerSecond: ratio(this.#generatedTokens * 1000, busyMs),
    };
  }

  get #load(): Load {
    const wanting = this.#open - this.#paused;
    const running = Math.min(wanting, this.#maxSequences - this.#waitingInPlace);
    return { running, queued: wanting - running };
  }

  /**
   * A request is taken; what it gives is called as it goes on. `keepsPlace`: nobody else takes its place while it waits for its
   * reader.
   */
  take(promptTokens: number, keepsPlace: boolean) {
    const id = this.#taken++;
    const since = performance.now();
    let firstTokenMs: number | null = null;
    let isPaused = false;
    const pause = (whether: boolean) => {
      if (whether === isPaused) return;
      isPaused = whether;
      this.#paused += whether ? 1 : -1;
      if (keepsPlace) this.#waitingInPlace += whether ? 1 : -1;
    };
    if (this.#open++ === 0) this.#busySince = since;
    this.#tell("request", { id, promptTokens, ...this.#load });
    return {
      pause,
      received: (count: number, batch: PassSize) => {
        firstTokenMs ??= performance.now() - since;
        this.#generatedTokens += count;
        this.#tell("tokens", { id, count, batch });
      },
      ended: (end: GenerationEnd) => {
        const now = performance.now();
        pause(false);
        if (--this.#open === 0) this.#busyMs += now - this.#busySince;
        if (end.finishReason === null) this.#failed++;
        else this.#finished[end.finishReason]++;
        if (end.stats !== null) for (const name of COUNTERS) this.#counters[name] += end.stats[name];
        this.#tell("end", { id, firstTokenMs, totalMs: now - since, ...this.#load, ...end });
      },
    };
  }

  /** A listener that throws shall not leave a generation half ended. */
  #tell<K extends keyof PairEvents>(name: K, ...event: PairEvents[K]): void {
    if (this.events.listenerCount(name) === 0) return;
    process.nextTick(() => (this.events as EventEmitter).emit(name, ...event));
  }
}
