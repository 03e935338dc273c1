import type { EventEmitter } from "node:events";
import { CallSite } from "./call-site.js";
import type { ChatMessage, ChatOptions } from "./chat.js";
import type { Compatibility } from "./compatibility.js";
import type {
  CompleteManyOptions,
  CompletionRequest,
  CompletionResult,
  Requests,
} from "./completion-requests.js";
import { type CostProfile, type MeasureOptions, measureCosts, type PassCosts } from "./costs.js";
import { OptionError } from "./errors.js";
import type { Completion, Generation } from "./generation.js";
import { closedError, Generations, type Turn } from "./generations.js";
import type { PairLayers } from "./gpu-layers.js";
import * as is from "./is.js";
import type { PairEvents, PairMetrics } from "./metrics.js";
import type { ModelStamps } from "./model-hashes.js";
import type { ModelInfo } from "./model-info.js";
import type { NativeEngine, NativeModel } from "./native.js";
import type { GenerateOptions } from "./options.js";
import { type Prompt, tokenIds, tokensOfText } from "./prompt.js";
import type { ResolvedDraftLength } from "./resolve-draft.js";
import { restoreSession, Session } from "./session.js";

/** What a pair is made of; see loadPair. */
export interface PairParts {
  engine: NativeEngine;
  targetModel: NativeModel;
  draftModel: NativeModel | null;
  target: ModelInfo;
  draft: ModelInfo | null;
  compatibility: Compatibility | null;
  contextSize: number;
  /** Generations that run at once; others wait. */
  maxSequences: number;
  /** Whether the caches keep texts whose generations ended or gave their places away. */
  keepsTexts: boolean;
  gpuLayers: PairLayers;
  notes: readonly string[];
  defaultDraft: ResolvedDraftLength | null;
  deterministic: boolean;
  /** Of both models' files, when they were loaded. */
  stamps: ModelStamps;
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
  /** Layers on GPUs or workers, given or chosen. */
  readonly gpuLayers: PairLayers;
  /** What `deviceNotes()` says: why the GPU that a module was installed for is not used, for one. */
  readonly notes: readonly string[];
  /** Tells what happens as it happens: requests taken, tokens, ends. */
  readonly events: EventEmitter<PairEvents>;

  /** @internal */
  readonly defaultDraft: ResolvedDraftLength | null;

  readonly #parts: PairParts;
  readonly #generations: Generations;
  #closing: Promise<void> | null = null;

  /** @internal */
  constructor(parts: PairParts) {
    const { defaultDraft, maxSequences } = parts;
    this.#parts = parts;
    this.#generations = new Generations(parts);
    this.events = this.#generations.meter.events;
    this.target = parts.target;
    this.draft = parts.draft;
    this.compatibility = parts.compatibility;
    this.contextSize = parts.contextSize;
    this.maxSequences = maxSequences;
    this.gpuLayers = parts.gpuLayers;
    this.notes = parts.notes;
    this.defaultDraft = defaultDraft;
  }

  /**
   * Starts generating. Throws OptionError (GRAMMAR_INVALID among them), PROMPT_EMPTY, PROMPT_TOO_LONG and PAIR_CLOSED at
   * once; an aborted signal, a failed forward pass, a bias that leaves no token (NO_TOKEN_ALLOWED) and `close()` reject
   * the iteration and `result`.
   */
  generate(prompt: Prompt, options: GenerateOptions = {}): Generation {
    const callSite = new CallSite(this.generate);
    return callSite.run(() => this.#opened.start(prompt, options, callSite));
  }

  /** Generates to the end. Rejects with what `generate` throws. */
  complete(prompt: Prompt, options: GenerateOptions = {}): Promise<Completion> {
    const callSite = new CallSite(this.complete);
    return callSite.wait(() => this.#opened.start(prompt, options, callSite).result);
  }

  /**
   * Starts generating the answer to a chat, written as the model's template wants it; the answer also ends where the template
   * ends a turn. Throws what `generate` throws, and CHAT_TEMPLATE_MISSING, CHAT_TEMPLATE_INVALID and CHAT_FAILED.
   */
  chat(messages: readonly ChatMessage[], options: ChatOptions = {}): Generation {
    const callSite = new CallSite(this.chat);
    return callSite.run(() => this.#opened.startChat(messages, options, callSite));
  }

  /** What `chat` gives the model, up to where the answer begins. Throws what is wrong with the chat. */
  applyChatTemplate(
    messages: readonly ChatMessage[],
    options: Pick<ChatOptions, "chatTemplate" | "tools" | "templateVariables"> = {},
  ): string {
    return new CallSite(this.applyChatTemplate).run(() => this.#opened.chats.render(messages, options));
  }

  /**
   * Generates to the end for each of many requests, several at once, and gives each result as soon as it is there. A request
   * that fails is a result with its error; the others go on. Throws OPTION_INVALID, OPTION_UNKNOWN and PAIR_CLOSED at once;
   * an aborted signal, `close()` and an error of the iterable end the iteration, which throws it.
   */
  completeMany<R extends CompletionRequest>(
    requests: Requests<R>,
    options: CompleteManyOptions = {},
  ): AsyncIterableIterator<CompletionResult<R>, undefined, undefined> {
    const callSite = new CallSite(this.completeMany);
    return callSite.run(() => this.#opened.startMany(requests, options, callSite));
  }

  /** A conversation: each turn evaluates only what is new. */
  session(): Session {
    return new CallSite(this.session).run(() => {
      this.open();
      return new Session(this);
    });
  }

  /**
   * Goes on with a saved session, in any process that has its target. Rejects with SESSION_FILE_INVALID,
   * SESSION_FILE_FOREIGN and MODEL_CHANGED.
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

  /** What the pair has done so far and does now: a plain snapshot. */
  metrics(): PairMetrics {
    return new CallSite(this.metrics).run(() => this.#opened.meter.snapshot());
  }

  /** Stops running generations, which reject with PAIR_CLOSED, and frees everything. Idempotent. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** @internal Throws what `generate` throws. */
  start(prompt: Prompt, options: GenerateOptions, callSite: CallSite, turn: Turn): Generation {
    return this.#opened.start(prompt, options, callSite, turn);
  }

  get #opened(): Generations {
    this.open();
    return this.#generations;
  }

  /** @internal Throws PAIR_CLOSED. */
  open(): PairParts {
    if (this.#closing !== null) throw closedError();
    return this.#parts;
  }

  async #close(): Promise<void> {
    const { engine, targetModel, draftModel } = this.#parts;
    this.#generations.close();
    await engine.close();
    targetModel.close();
    draftModel?.close();
  }
}
