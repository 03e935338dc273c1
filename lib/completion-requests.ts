import type { ChatMessage, ChatOptions } from "./chat.js";
import { createError } from "./errors.js";
import type { Completion } from "./generation.js";
import * as is from "./is.js";
import { definedEntries } from "./json-schema/json-value.js";
import type { GenerateOptions } from "./options.js";
import type { Prompt } from "./prompt.js";

/** One of many: a prompt alone, or a prompt or chat with options that go before those of all. `id` is the caller's own. */
export type CompletionRequest =
  | Prompt
  | (GenerateOptions & { prompt: Prompt; id?: unknown })
  | (ChatOptions & { messages: readonly ChatMessage[]; id?: unknown });

export interface CompleteManyOptions extends GenerateOptions {
  /**
   * Requests that are taken and not yet handed out, 1…1024.
   * @default 16, or twice the pair's `maxSequences` where that is more
   */
  concurrency?: number;
}

/** What became of one request; `index` is its place in the iterable. */
export type CompletionResult<R = CompletionRequest> =
  | { index: number; request: R; completion: Completion; error: null }
  | { index: number; request: R; completion: null; error: unknown };

export type Requests<R> = Iterable<R> | AsyncIterable<R>;

const DEFAULT_CONCURRENCY = 16;

/** Throws OPTION_INVALID. What is left are the options of each request. */
export function splitManyOptions(input: unknown, maxSequences: number) {
  const { concurrency, signal, ...each } = is.record("options", input);
  return {
    concurrency:
      is.optional(concurrency, (v) => is.integer("concurrency", v, 1, 1024)) ??
      // Who ends is followed at once by one that waits.
      Math.max(DEFAULT_CONCURRENCY, 2 * maxSequences),
    signal: is.optional(signal, (v) => is.abortSignal("signal", v)),
    each,
  };
}

/** The prompt or chat of a request and its options, its own before those of all. Throws OPTION_INVALID. */
export function splitRequest(request: unknown, each: Record<string, unknown>) {
  if (!is.isRecord(request) || request instanceof Int32Array)
    return { messages: undefined, prompt: request, options: each };
  const { messages, prompt, id: _, ...own } = request;
  if (messages !== undefined && prompt !== undefined)
    throw createError("OPTION_INVALID", "Expected a prompt or messages but received both");
  return { messages, prompt, options: { ...each, ...Object.fromEntries(definedEntries(own)) } };
}

/** Throws OPTION_INVALID. */
export function iteratorOf<R>(requests: Requests<R>): Iterator<R> | AsyncIterator<R> {
  // One text is many characters to JavaScript, an array of ids many numbers.
  if (typeof requests === "object" && requests !== null && !ArrayBuffer.isView(requests)) {
    if (Symbol.asyncIterator in requests) return requests[Symbol.asyncIterator]();
    if (Symbol.iterator in requests) return requests[Symbol.iterator]();
  }
  throw is.invalid("requests", "iterable or async iterable of requests", requests);
}
