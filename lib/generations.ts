import { answerTokens } from "./answer-tokens.js";
import type { CallSite } from "./call-site.js";
import { Chats } from "./chat.js";
import type { TurnEnds } from "./chat-template.js";
import { type Requests, splitManyOptions, splitRequest } from "./completion-requests.js";
import { Completions } from "./completions.js";
import { createError } from "./errors.js";
import { Generation } from "./generation.js";
import { GenerationRun } from "./generation-run.js";
import { Meter } from "./metrics.js";
import { nativeRequest } from "./native-request.js";
import type { PairParts } from "./pair.js";
import { promptTokens } from "./prompt.js";
import { resolveGenerateOptions } from "./resolve-options.js";
import type { TurnListener } from "./session.js";

/** A generation that goes on from `began`, and ends at `ends` besides what its options say. */
export interface Turn {
  began?: readonly number[];
  ended?: TurnListener;
  ends?: TurnEnds;
}

/** The generations of one pair that wait or run. */
export class Generations {
  readonly chats: Chats;
  readonly meter: Meter;
  readonly #parts: PairParts;
  readonly #open = new Set<GenerationRun>();
  #isClosed = false;

  constructor(parts: PairParts) {
    this.chats = new Chats(parts.targetModel);
    this.meter = new Meter(parts.maxSequences);
    this.#parts = parts;
  }

  /** Throws what is wrong with the prompt or the options, and PAIR_CLOSED. */
  start(prompt: unknown, input: unknown, callSite: CallSite, turn: Turn = {}): Generation {
    if (this.#isClosed) throw closedError();
    const { engine, targetModel, keepsTexts } = this.#parts;
    const options = this.#resolve(input);
    // Beyond as many as a caller may have.
    options.stop.push(...(turn.ends?.stop ?? []));
    options.stopTokens.push(...(turn.ends?.stopTokens ?? []));
    const request = nativeRequest(promptTokens(targetModel, prompt, turn.began ?? []), options);
    let metered: ReturnType<Meter["take"]> | null = null;
    const run: GenerationRun = new GenerationRun(callSite, options.signal, {
      seed: options.seed,
      textOf: (id) => targetModel.detokenize(Int32Array.of(id), true),
      paused: (isPaused) => metered?.pause(isPaused),
      received: (count, pass) => metered?.received(count, pass),
      ended: (end, tokens) => {
        this.#open.delete(run);
        metered?.ended(end);
        if (end.error !== null) turn.ended?.(null);
        else turn.ended?.([...request.prompt, ...answerTokens(targetModel, tokens, end.finishReason)]);
      },
    });
    run.start((onBatch) => {
      const id = engine.generate(request, onBatch);
      // What was refused was never taken.
      metered = this.meter.take(request.prompt.length, !(keepsTexts && request.cachePrompt));
      this.#open.add(run);
      return (to) => engine.steer(id, to);
    });
    return new Generation(run);
  }

  startChat(messages: unknown, input: unknown, callSite: CallSite): Generation {
    const { prompt, options, ends } = this.chats.request(messages, input);
    return this.start(prompt, options, callSite, { ends });
  }

  /** Throws what is wrong with the options. */
  startMany<R>(requests: Requests<R>, input: unknown, callSite: CallSite): Completions<R> {
    const { each, ...many } = splitManyOptions(input, this.#parts.maxSequences);
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
    for (const run of this.#open) run.fail(closedError());
  }

  #resolve(options: unknown) {
    const { defaultDraft, targetModel, deterministic } = this.#parts;
    return resolveGenerateOptions(options, {
      draft: defaultDraft,
      vocabulary: targetModel.vocabulary.size,
      deterministic,
    });
  }
}

export function closedError() {
  return createError("PAIR_CLOSED", "Expected an open pair but this one is closed");
}
