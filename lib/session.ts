import { CallSite } from "./call-site.js";
import { createError } from "./errors.js";
import type { Completion, Generation } from "./generation.js";
import * as is from "./is.js";
import { modelHashes } from "./model-hashes.js";
import type { GenerateOptions } from "./options.js";
import type { Pair } from "./pair.js";
import type { Prompt } from "./prompt.js";
import { readSessionFile, writeSessionFile } from "./session-file.js";

/** Told the tokens of the conversation up to the turn's end; null where it failed. */
export type TurnListener = (tokens: readonly number[] | null) => void;

/**
 * A conversation with a pair: each turn goes on from all before it. What the pair's caches still hold of it is not evaluated
 * again; what they had to give up is, and the text is the same. Holds tokens only: it needs no closing, and its pair may have
 * any number.
 */
export class Session {
  readonly #pair: Pair;
  #tokens: readonly number[];
  #running = false;

  /** @internal */
  constructor(pair: Pair, tokens: readonly number[] = []) {
    this.#pair = pair;
    this.#tokens = tokens;
  }

  /** The conversation so far, in the target's tokens. What ends a turn, a token or a stop string, is no part of it. */
  get tokens(): Int32Array {
    return Int32Array.from(this.#tokens);
  }

  /**
   * Goes on with a prompt and what the target answers. Both are part of the session once the generation has ended, by `abort()`
   * or a `break` too; a turn that fails, or whose signal is aborted, leaves the session as it was. Throws what `pair.generate`
   * throws, and SESSION_BUSY while another turn runs.
   */
  generate(prompt: Prompt, options: GenerateOptions = {}): Generation {
    const callSite = new CallSite(this.generate);
    return callSite.run(() => this.#generate(prompt, options, callSite));
  }

  /** Generates a turn to its end. Rejects with what `generate` throws. */
  complete(prompt: Prompt, options: GenerateOptions = {}): Promise<Completion> {
    const callSite = new CallSite(this.complete);
    return callSite.wait(() => this.#generate(prompt, options, callSite).result);
  }

  /** Another session that has begun like this one. Both go on apart and share what is evaluated of their beginning. */
  fork(): Session {
    return new CallSite(this.fork).run(() => new Session(this.#pair, this.#idle()));
  }

  /** Takes back all but the first `length` tokens. */
  rewind(length: number): void {
    new CallSite(this.rewind).run(() => {
      const tokens = this.#idle();
      this.#tokens = tokens.slice(0, is.integer("length", length, 0, tokens.length));
    });
  }

  /**
   * Writes the conversation, and what the pair's caches keep of it, to a file that `pair.restoreSession` reads in another process.
   * The file is whole or not there. Rejects with SESSION_BUSY, PAIR_CLOSED, MODEL_CHANGED and FILE_NOT_WRITTEN.
   */
  save(path: string): Promise<void> {
    return new CallSite(this.save).wait(async () => {
      const tokens = Int32Array.from(this.#idle());
      const parts = this.#pair.open();
      const file = is.nonEmptyString("path", path);
      const models = await modelHashes(parts);
      await writeSessionFile(file, models, { tokens, kept: await parts.engine.save(tokens) });
    });
  }

  #generate(prompt: Prompt, options: GenerateOptions, callSite: CallSite): Generation {
    const began = this.#idle();
    this.#running = true;
    try {
      return this.#pair.start(prompt, options, callSite, {
        began,
        ended: (tokens) => {
          this.#running = false;
          this.#tokens = tokens ?? began;
        },
      });
    } catch (error) {
      this.#running = false;
      throw error;
    }
  }

  #idle(): readonly number[] {
    if (this.#running)
      throw createError("SESSION_BUSY", "Expected a session between turns but one is running");
    return this.#tokens;
  }
}

/** A session as `Session.save` left it. What does not fit the caches now is evaluated with the next turn. */
export async function restoreSession(pair: Pair, path: unknown): Promise<Session> {
  const parts = pair.open();
  const file = is.nonEmptyString("path", path);
  const { tokens, kept } = await readSessionFile(file, await modelHashes(parts));
  if (kept.target.tokens.length > 0) await parts.engine.restore(kept);
  return new Session(pair, Array.from(tokens));
}
