import { createError, type HubError } from "../errors.js";
import type { HubEnvironment } from "./environment.js";
import { Passing } from "./retrying.js";
import { StallGuard } from "./stall-guard.js";

/** Requests to one endpoint: authorised, timed out, their failures typed. */
export class Hub {
  readonly endpoint: string;
  readonly environment: HubEnvironment;
  readonly signal: AbortSignal | undefined;

  private constructor(endpoint: string, environment: HubEnvironment, signal: AbortSignal | undefined) {
    this.endpoint = endpoint;
    this.environment = environment;
    this.signal = signal;
  }

  static async open(environment: HubEnvironment, signal: AbortSignal | undefined): Promise<Hub> {
    const endpoint = environment.endpoint ?? (await import("@huggingface/hub")).HUB_URL;
    return new Hub(endpoint, environment, signal);
  }

  /** The library's fetch: answers come whole. Rejects with Passing, HubError or the signal's reason. */
  readonly fetch: typeof fetch = async (input, init) => {
    const guard = new StallGuard(this.signal, this.environment.timeoutMs);
    try {
      const response = await this.#send(String(input), init, guard);
      const { status, headers } = response;
      return new Response(await response.arrayBuffer(), { status, headers });
    } catch (error) {
      throw this.failure(error, withoutQuery(String(input)), guard);
    } finally {
      guard.end();
    }
  };

  /**
   * An answer whose body is still to be read, from `offset` on where the server can. Not by the library's blobs: they take a whole
   * file for the part asked for, and turn failures into texts.
   */
  async open(url: string, offset: number, guard: StallGuard): Promise<Response> {
    // Ranges are of the file's own bytes.
    const headers = { "accept-encoding": "identity", ...(offset > 0 && { range: `bytes=${offset}-` }) };
    return this.#send(url, { headers }, guard);
  }

  /** What a failed request is to be reported as. */
  failure(error: unknown, url: string, guard: StallGuard, progressed = false): unknown {
    if (this.signal?.aborted) return this.signal.reason;
    if (error instanceof Passing || !(error instanceof Error)) return error;
    if (guard.stalled) {
      const seconds = this.environment.timeoutMs / 1000;
      return new Passing(unreachable(url, `nothing came for ${seconds} s`), { progressed });
    }
    // What fetch and its streams throw; everything else (a full disk) is not of the network.
    if (error.name !== "TypeError") return error;
    return new Passing(unreachable(url, causeOf(error)), { progressed });
  }

  async #send(url: string, init: RequestInit | undefined, guard: StallGuard): Promise<Response> {
    const headers = new Headers(init?.headers);
    // Pages may link elsewhere; and fetch itself drops the header where it is redirected to another host.
    const { token } = this.environment;
    if (token !== null && new URL(url).origin === new URL(this.endpoint).origin)
      headers.set("authorization", `Bearer ${token}`);
    const response = await fetch(url, { ...init, headers, signal: guard.signal });
    guard.touch();
    if (response.ok) return response;
    await response.body?.cancel();
    throw refusal(response, withoutQuery(url), token !== null);
  }
}

function refusal(response: Response, url: string, authorised: boolean): Passing | HubError {
  const { status, headers } = response;
  const said = headers.get("x-error-message") ?? "";
  const because = `${status}${said === "" ? "" : `: ${said}`}`;
  // The hub says 401 for what does not exist, too, lest private names be guessed.
  if (status === 404 || headers.get("x-error-code") === "RepoNotFound")
    return createError("HUB_NOT_FOUND", `Expected ${url} to exist but the hub answered ${because}`);
  if (status === 401 || status === 403) {
    return createError(
      "HUB_UNAUTHORIZED",
      `Expected access to ${url} ${authorised ? "with" : "without"} a token but the hub answered ${because}`,
    );
  }
  const failed = createError("HUB_FAILED", `Expected ${url} but the hub answered ${because}`);
  if (status !== 429 && status !== 408 && status < 500) return failed;
  return new Passing(failed, { waitMs: retryAfter(headers.get("retry-after")) });
}

function withoutQuery(url: string): string {
  return url.replace(/[?].*$/, "");
}

function retryAfter(value: string | null): number {
  if (value === null) return 0;
  const seconds = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - Date.now();
  return Number.isNaN(seconds) ? 0 : Math.max(0, seconds);
}

export function unreachable(url: string, because: string): HubError {
  return createError("HUB_UNREACHABLE", `Expected an answer from ${url} but ${because}`);
}

function causeOf(error: Error): string {
  const { cause } = error;
  if (!(cause instanceof Error)) return error.message;
  // Several addresses were tried: the first one's reason is the others', too.
  const first = cause instanceof AggregateError ? cause.errors[0] : cause;
  return first instanceof Error && first.message !== "" ? first.message : error.message;
}
