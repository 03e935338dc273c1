import { type ChildProcess, fork } from "node:child_process";
import type { Socket } from "node:net";
import { fileURLToPath } from "node:url";
import { type Deferred, deferred } from "../deferred.js";
import { createError } from "../errors.js";
import { forkedFlags } from "../forked-flags.js";
import type { FinishReason } from "../generation.js";
import { FINISH_REASONS, type NativeBatch, type NativeRequest, type Steering } from "../native.js";
import type { EnginePlan } from "../open-engine.js";
import { NO_STATS } from "../stats.js";
import type { HostAnswer, HostCalls, HostRequest, LoadedModels } from "./messages.js";
import { fromPlainError } from "./plain-error.js";

const HOST = fileURLToPath(new URL("./host-process.js", import.meta.url));
/** Milliseconds for ending a generation: a pass may wait for a machine that is gone without a word, and will for ever. */
const ABORT_TIMEOUT_MS = 30_000;
/** Characters of what it said last. */
const LAST_WORDS = 500;

let lastId = 0;
/** Never given twice, so that one of a process that died is none of the next one's. */
const nextId = () => ++lastId;

type Listener = (batch: NativeBatch) => void;

/**
 * A process that holds a pair's models, from this side. While it has something to do it keeps this process alive; it ends with
 * this process, however that ends.
 */
export class PairProcess {
  readonly #abortTimeoutMs: number;
  readonly #child: ChildProcess;
  readonly #streams = new Map<number, Listener>();
  /** Of those: what waits for its reader. */
  readonly #paused = new Set<number>();
  readonly #calls = new Map<number, Deferred<unknown>>();
  readonly #exited = deferred<void>();
  #onProgress: ((fraction: number) => void) | null = null;
  #lastWords = "";
  #isLoaded = false;
  #isOver = false;
  #isEnding = false;

  /** Throws PAIR_PROCESS_DIED. */
  constructor({ abortTimeoutMs = ABORT_TIMEOUT_MS } = {}) {
    this.#abortTimeoutMs = abortTimeoutMs;
    this.#child = start();
    this.#child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.#lastWords = (this.#lastWords + text).slice(-LAST_WORDS);
    });
    this.#child.on("message", (answer: HostAnswer) => this.#receive(answer));
    this.#child.once("error", (error) => this.#die(notStarted(error)));
    // Not "exit", after which the last words may still come.
    this.#child.once("close", (code, signal) => this.#die(`ended with ${signal ?? `code ${code}`}`));
    this.#keepAlive();
  }

  /** Whether another has to be started. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Once, before all else, which waits for it. What it rejects with ends the process and everything asked of it. */
  async load(plan: EnginePlan, onProgress: ((fraction: number) => void) | null): Promise<LoadedModels> {
    this.#onProgress = onProgress;
    try {
      const loaded = await this.call("load", plan);
      this.#isLoaded = true;
      return loaded;
    } catch (error) {
      this.#finish(error as Error);
      this.end();
      throw error;
    } finally {
      this.#onProgress = null;
    }
  }

  call<M extends keyof HostCalls>(
    method: M,
    ...args: Parameters<HostCalls[M]>
  ): Promise<Awaited<ReturnType<HostCalls[M]>>> {
    const id = nextId();
    const answer = deferred<unknown>();
    this.#calls.set(id, answer);
    this.#send({ type: "call", id, method, args });
    return answer.promise as Promise<Awaited<ReturnType<HostCalls[M]>>>;
  }

  /** What native code throws at once comes as a batch here. */
  generate(request: NativeRequest, onBatch: Listener): number {
    const id = nextId();
    this.#streams.set(id, onBatch);
    this.#send({ type: "generate", id, request });
    return id;
  }

  steer(id: number, to: Steering): void {
    if (!this.#streams.has(id)) return;
    if (to === "pause") this.#paused.add(id);
    else this.#paused.delete(id);
    this.#send({ type: "steer", id, to });
    if (to !== "abort") return;
    // Loading again takes as long as it takes.
    if (!this.#isLoaded) this.#deliver(id, ended("aborted"));
    else setTimeout(() => this.#giveUp(id), this.#abortTimeoutMs).unref();
  }

  /** At once: there is nothing in it that is worth saving. Resolves when its memory is free. */
  end(): Promise<void> {
    this.#isOver = true;
    this.#isEnding = true;
    this.#child.kill("SIGKILL");
    this.#keepAlive();
    return this.#exited.promise;
  }

  /** Others in it would wait for ever, too. */
  #giveUp(id: number): void {
    if (!this.#streams.has(id)) return;
    this.#deliver(id, ended("aborted"));
    this.end();
  }

  #send(message: HostRequest): void {
    // Where it cannot be sent the process has ended, which its event says; one that was not even begun has no channel.
    this.#child.send?.(message, () => {});
    this.#keepAlive();
  }

  #receive(answer: HostAnswer): void {
    if (answer.type === "progress") this.#onProgress?.(answer.fraction);
    else if (answer.type === "batch") this.#deliver(answer.id, answer.batch);
    else this.#settle(answer);
  }

  #settle(answer: Extract<HostAnswer, { type: "value" | "failure" }>): void {
    const call = this.#calls.get(answer.id);
    this.#calls.delete(answer.id);
    if (answer.type === "value") call?.resolve(answer.value);
    else if (call !== undefined) call.reject(fromPlainError(answer.error));
    else this.#deliver(answer.id, ended("aborted", fromPlainError(answer.error)));
    this.#keepAlive();
  }

  #deliver(id: number, batch: NativeBatch): void {
    const listener = this.#streams.get(id);
    if (batch.end !== undefined) {
      this.#streams.delete(id);
      this.#paused.delete(id);
    }
    this.#keepAlive();
    listener?.(batch);
  }

  #die(how: string): void {
    const words = this.#lastWords.trim().split("\n").at(-1) ?? "";
    const said = words === "" ? "" : `, saying: ${words}`;
    this.#finish(died(`${how}${said}`));
    this.#exited.resolve();
    this.#isEnding = false;
    this.#keepAlive();
  }

  #finish(error: Error): void {
    this.#isOver = true;
    for (const id of [...this.#streams.keys()]) this.#deliver(id, ended("aborted", error));
    for (const call of this.#calls.values()) call.reject(error);
    this.#calls.clear();
    this.#keepAlive();
  }

  /** Node waits for a process that something was asked of, its end included, and for none that is idle. */
  #keepAlive(): void {
    const running = this.#streams.size - this.#paused.size;
    const isBusy = this.#isEnding || running + this.#calls.size > 0;
    const { channel, stderr } = this.#child;
    // Bun's channel goes with the child and has neither method.
    for (const handle of [this.#child, channel, stderr as Socket | null]) {
      if (isBusy) handle?.ref?.();
      else handle?.unref?.();
    }
  }
}

/** Throws PAIR_PROCESS_DIED; some reasons why the system does not start it are its event "error" instead. */
function start(): ChildProcess {
  // ggml says on stderr why it ends the process.
  const stderr = process.env.FORETOKEN_DEBUG === undefined ? "pipe" : 2;
  try {
    return fork(HOST, {
      stdio: ["ignore", "ignore", stderr, "ipc"],
      execArgv: forkedFlags(),
      serialization: "advanced",
    });
  } catch (error) {
    throw died(notStarted(error as Error));
  }
}

function notStarted({ message }: Error): string {
  return `could not be started: ${message}`;
}

function died(how: string) {
  return createError("PAIR_PROCESS_DIED", `Expected the pair's process to go on but it ${how}`);
}

/** The last batch of a generation that says no more. */
function ended(reason: FinishReason, failure: Error | null = null): NativeBatch {
  const code = failure !== null && "code" in failure ? String(failure.code) : "EVAL_FAILED";
  const error = failure === null ? {} : { error: { code, message: failure.message } };
  return {
    tokens: [],
    pass: { requests: 0, tokens: 0 },
    end: { finishReason: FINISH_REASONS.indexOf(reason), stats: NO_STATS, ...error },
  };
}
