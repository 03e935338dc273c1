import type { CallSite } from "./call-site.js";
import { Chats } from "./chat.js";
import { type Requests, splitManyOptions, splitRequest } from "./completion-requests.js";
import { Completions } from "./completions.js";
import { createError } from "./errors.js";
import { Generation } from "./generation.js";
import { Meter } from "./metrics.js";
import type { NativeEngine, NativeModel } from "./native.js";
import { nativeRequest } from "./native-request.js";
import { promptTokens } from "./prompt.js";
import type { ResolvedDraftLength } from "./resolve-draft.js";
import { resolveGenerateOptions } from "./resolve-options.js";

/** The generations of one pair that wait or run. */
export class Generations {
  readonly chats: Chats;
  readonly meter: Meter;
  readonly #engine: NativeEngine;
  readonly #target: NativeModel;
  readonly #defaultDraft: ResolvedDraftLength | null;
  readonly #open = new Set<Generation>();
  #isClosed = false;

  constructor(
    engine: NativeEngine,
    target: NativeModel,
    defaultDraft: ResolvedDraftLength | null,
    maxSequences: number,
  ) {
    this.chats = new Chats(target);
    this.meter = new Meter(maxSequences);
    this.#engine = engine;
    this.#target = target;
    this.#defaultDraft = defaultDraft;
  }

  /** Throws what is wrong with the prompt or the options, and PAIR_CLOSED. */
  start(prompt: unknown, input: unknown, callSite: CallSite): Generation {
    if (this.#isClosed) throw closedError();
    const options = this.#resolve(input);
    const request = nativeRequest(promptTokens(this.#target, prompt), options);
    let metered: ReturnType<Meter["take"]> | null = null;
    const generation: Generation = new Generation(callSite, options.signal, {
      seed: options.seed,
      textOf: (id) => this.#target.detokenize(Int32Array.of(id), true),
      received: (count) => metered?.received(count),
      ended: (end) => {
        this.#open.delete(generation);
        metered?.ended(end);
      },
    });
    return generation.start((onBatch) => {
      const native = this.#engine.generate(request, onBatch);
      // What was refused was never taken.
      metered = this.meter.take(request.prompt.length);
      this.#open.add(generation);
      return native;
    });
  }

  startChat(messages: unknown, input: unknown, callSite: CallSite): Generation {
    const { prompt, options } = this.chats.request(messages, input);
    return this.start(prompt, options, callSite);
  }

  /** Throws what is wrong with the options. */
  startMany<R>(requests: Requests<R>, input: unknown, callSite: CallSite): Completions<R> {
    const { each, ...many } = splitManyOptions(input);
    this.#resolve(each);
    return new Completions(requests, many, (request) =>
      callSite.run(() => {
        const { messages, prompt, options } = splitRequest(request, each);
        return messages === undefined
          ? this.start(prompt, options, callSite)
          : this.startChat(messages, options, callSite);
      }),
    );
  }

  /** Ends them all with PAIR_CLOSED, and every later one. */
  close(): void {
    this.#isClosed = true;
    for (const generation of this.#open) generation.fail(closedError());
  }

  #resolve(options: unknown) {
    return resolveGenerateOptions(options, this.#defaultDraft, this.#target.vocabulary.size);
  }
}

export function closedError() {
  return createError("PAIR_CLOSED", "Expected an open pair but this one is closed");
}
