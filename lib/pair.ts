import { CallSite } from "./call-site.js";
import type { Compatibility } from "./compatibility.js";
import { type CostProfile, type MeasureOptions, measureCosts, type PassCosts } from "./costs.js";
import { createError, OptionError } from "./errors.js";
import { type Completion, Generation } from "./generation.js";
import * as is from "./is.js";
import type { ModelInfo } from "./model-info.js";
import type { NativeEngine, NativeModel } from "./native.js";
import { nativeRequest } from "./native-request.js";
import type { GenerateOptions } from "./options.js";
import { type Prompt, promptTokens, tokenIds, tokensOfText } from "./prompt.js";
import type { ResolvedDraftLength } from "./resolve-draft.js";
import { resolveGenerateOptions } from "./resolve-options.js";
import { restoreSession, Session, type TurnListener } from "./session.js";

/** What a pair is made of; see loadPair. */
export interface PairParts {
  engine: NativeEngine;
  targetModel: NativeModel;
  draftModel: NativeModel | null;
  target: ModelInfo;
  draft: ModelInfo | null;
  compatibility: Compatibility | null;
  contextSize: number;
  maxSequences: number;
  defaultDraft: ResolvedDraftLength | null;
  deterministic: boolean;
}

/** A target and its draft, loaded. Of the generations asked for at once, `maxSequences` run together; others wait. */
export class Pair {
  readonly target: ModelInfo;
  /** null without a draft. */
  readonly draft: ModelInfo | null;
  /** How the vocabularies compare; null without a draft. */
  readonly compatibility: Compatibility | null;
  /** Tokens of one sequence, prompt and output together. */
  readonly contextSize: number;
  /** Generations that run at once. */
  readonly maxSequences: number;

  /** @internal */
  readonly defaultDraft: ResolvedDraftLength | null;

  readonly #parts: PairParts;
  readonly #running = new Set<Generation>();
  #closing: Promise<void> | null = null;

  /** @internal */
  constructor(parts: PairParts) {
    this.#parts = parts;
    this.target = parts.target;
    this.draft = parts.draft;
    this.compatibility = parts.compatibility;
    this.contextSize = parts.contextSize;
    this.maxSequences = parts.maxSequences;
    this.defaultDraft = parts.defaultDraft;
  }

  /**
   * Starts generating. Throws OptionError (GRAMMAR_INVALID among them), PROMPT_EMPTY, PROMPT_TOO_LONG and PAIR_CLOSED at
   * once; an aborted signal, a failed forward pass, a bias that leaves no token (NO_TOKEN_ALLOWED) and `close()` reject
   * the iteration and `result`.
   */
  generate(prompt: Prompt, options: GenerateOptions = {}): Generation {
    const callSite = new CallSite(this.generate);
    return callSite.run(() => this.start(prompt, options, callSite));
  }

  /** Generates to the end. Rejects with what `generate` throws. */
  complete(prompt: Prompt, options: GenerateOptions = {}): Promise<Completion> {
    const callSite = new CallSite(this.complete);
    return callSite.wait(() => this.start(prompt, options, callSite).result);
  }

  /** A conversation: each turn evaluates only what is new. */
  session(): Session {
    return new CallSite(this.session).run(() => {
      this.open();
      return new Session(this);
    });
  }

  /**
   * Goes on with a saved session, in any process that has its target. Rejects with SESSION_FILE_INVALID and
   * SESSION_FILE_FOREIGN.
   */
  restoreSession(path: string): Promise<Session> {
    return new CallSite(this.restoreSession).wait(() => restoreSession(this, path));
  }

  /**
   * The target's tokens of a text.
   * @param options.addSpecial Add BOS and EOS where the model wants them. @default true
   * @param options.parseSpecial Turn special tokens written out in the text into those tokens. @default true
   */
  tokenize(text: string, options: { addSpecial?: boolean; parseSpecial?: boolean } = {}): Int32Array {
    return new CallSite(this.tokenize).run(() => {
      if (typeof text !== "string") throw is.invalid("text", "string", text);
      const given = is.record("options", options);
      is.onlyKnownKeys("", given, ["addSpecial", "parseSpecial"]);
      const { addSpecial = true, parseSpecial = true } = given;
      return tokensOfText(
        this.open().targetModel,
        text,
        is.boolean("addSpecial", addSpecial),
        is.boolean("parseSpecial", parseSpecial),
      );
    });
  }

  /**
   * The text of tokens; incomplete characters become U+FFFD.
   * @param options.special Write special tokens out. @default false
   */
  detokenize(tokens: Int32Array | readonly number[], options: { special?: boolean } = {}): string {
    return new CallSite(this.detokenize).run(() => {
      const given = is.record("options", options);
      is.onlyKnownKeys("", given, ["special"]);
      const { special = false } = given;
      const { targetModel } = this.open();
      return targetModel.detokenize(tokenIds(targetModel, "tokens", tokens), is.boolean("special", special));
    });
  }

  /** What forward passes of both models cost on this machine. Rejects with ENGINE_BUSY while a generation runs. */
  measure(options: MeasureOptions = {}): Promise<PassCosts> {
    return new CallSite(this.measure).wait(async () => {
      const { engine, draft } = this.open();
      return measureCosts(engine, draft !== null, options).catch((error) => {
        // What a pass interrupted by close() says of itself is nobody's business.
        throw this.#closing === null || error instanceof OptionError ? error : closedError();
      });
    });
  }

  /**
   * What passes of both models have cost lately, as `costProfile` of a later `loadPair` takes it. Plain data, to be kept as
   * JSON.
   */
  costProfile(): Promise<CostProfile> {
    return new CallSite(this.costProfile).wait(async () => this.open().engine.profile());
  }

  /** Stops running generations, which reject with PAIR_CLOSED, and frees everything. Idempotent. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** @internal `began`: tokens before the prompt. */
  start(
    prompt: Prompt,
    input: GenerateOptions,
    callSite: CallSite,
    { began = [], ended = () => {} }: { began?: readonly number[]; ended?: TurnListener } = {},
  ): Generation {
    const { engine, targetModel, deterministic } = this.open();
    const options = resolveGenerateOptions(input, {
      draft: this.defaultDraft,
      vocabulary: targetModel.vocabulary.size,
      deterministic,
    });
    const tokens = promptTokens(targetModel, prompt, began);
    const request = nativeRequest(tokens, options);
    const generation: Generation = new Generation(callSite, options.signal, {
      seed: options.seed,
      textOf: (id) => targetModel.detokenize(Int32Array.of(id), true),
      ended: (generated) => {
        this.#running.delete(generation);
        ended(tokens, generated);
      },
    });
    this.#running.add(generation);
    try {
      return generation.start((onBatch) => engine.generate(request, onBatch));
    } catch (error) {
      this.#running.delete(generation);
      throw error;
    }
  }

  /** @internal Throws PAIR_CLOSED. */
  open(): PairParts {
    if (this.#closing !== null) throw closedError();
    return this.#parts;
  }

  async #close(): Promise<void> {
    const { engine, targetModel, draftModel } = this.#parts;
    for (const generation of this.#running) generation.fail(closedError());
    await engine.close();
    targetModel.close();
    draftModel?.close();
  }
}

function closedError() {
  return createError("PAIR_CLOSED", "Expected an open pair but this one is closed");
}
