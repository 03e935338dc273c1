/** A local server with the hub's layout: large files lie on another host, and requests can be made to fail. */
import { createHash } from "node:crypto";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join, sep } from "node:path";

export interface Asked {
  method: string;
  path: string;
  range: string | null;
  authorization: string | null;
  host: "hub" | "cdn";
}

/** What happens to requests whose host and path (on the other host the bytes' SHA-256) match, so many times. */
export interface Fault {
  at: RegExp;
  /** @default always */
  times?: number;
  status?: number;
  headers?: Record<string, string>;
  /** Ends the connection at this byte of the file. */
  breakAt?: number;
  /** Sends nothing more from this byte of the file on. */
  hangAt?: number;
  /** Exchanges the byte there. */
  wrongAt?: number;
  /** Sends so many bytes too many. */
  surplus?: number;
  ignoreRange?: boolean;
}

const PAGE = 3;
const LARGE = /\.(safetensors|bin|gguf)$/;

export class HubServer {
  readonly asked: Asked[] = [];
  readonly faults: Fault[] = [];
  /** Link headers for the next lists, instead of their entries. */
  readonly links: string[] = [];
  readonly #repositories = new Map<string, { folder: string; commit: string }>();
  readonly #large = new Map<string, Buffer>();
  readonly #hub: Server;
  readonly #cdn: Server;

  private constructor() {
    this.#hub = createServer((request, response) => this.#answer("hub", request, response));
    this.#cdn = createServer((request, response) => this.#answer("cdn", request, response));
  }

  static async start(): Promise<HubServer> {
    const server = new HubServer();
    for (const one of [server.#hub, server.#cdn]) await once(one.listen(0, "127.0.0.1"), "listening");
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#hub.address() as AddressInfo).port}`;
  }

  /** Serves a folder as a repository at a commit. */
  add(id: string, folder: string, commit = sha("sha1", Buffer.from(id))): string {
    this.#repositories.set(id, { folder, commit });
    return commit;
  }

  /** Requests of the bytes of files whose path matches. */
  downloads(path: RegExp): Asked[] {
    return this.asked.filter((one) => one.path.includes("/resolve/") && path.test(one.path));
  }

  async close(): Promise<void> {
    for (const one of [this.#hub, this.#cdn]) {
      one.closeAllConnections();
      one.close();
    }
  }

  #answer(host: Asked["host"], request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url ?? "", this.url);
    const { method = "", headers } = request;
    const { range = null, authorization = null } = headers;
    this.asked.push({ method, path: url.pathname, range, authorization, host });
    const fault = this.faults.find(({ at, times }) => at.test(host + url.pathname) && times !== 0) ?? null;
    if (fault?.times !== undefined) fault.times--;
    if (fault?.status !== undefined) {
      response.writeHead(fault.status, fault.headers).end();
      return;
    }
    if (host === "cdn") {
      this.#send(response, this.#large.get(url.pathname.slice(1)) ?? Buffer.alloc(0), range, fault);
      return;
    }
    const [, api, id = "", kind = "", revision = "", path = ""] =
      /^\/(api\/models\/)?([^/]+\/[^/]+)\/(revision|tree|resolve)\/([^/]+)\/?(.*)$/.exec(url.pathname) ?? [];
    const repository = this.#repositories.get(id);
    const isKnown =
      repository !== undefined && [repository.commit, "main", "v1"].includes(decodeURIComponent(revision));
    if (!isKnown || (api === undefined) !== (kind === "resolve")) {
      response.writeHead(404, { "x-error-code": "RepoNotFound", "x-error-message": "not found" }).end();
    } else if (fault?.hangAt !== undefined && kind !== "resolve") {
      return;
    } else if (kind === "revision") {
      json(response, { _id: "1", id, sha: repository.commit, lastModified: new Date(0).toISOString() });
    } else if (kind === "tree") {
      this.#list(response, url, repository.folder);
    } else {
      this.#resolve(response, repository, decodeURIComponent(path), range, fault);
    }
  }

  #list(response: ServerResponse, url: URL, folder: string): void {
    const link = this.links.shift();
    if (link !== undefined) {
      response.setHeader("Link", link);
      json(response, []);
      return;
    }
    const from = Number(url.searchParams.get("cursor") ?? 0);
    const paths = readdirSync(folder, { recursive: true }).map((path) => String(path).split(sep).join("/"));
    const entries = paths.sort().flatMap((path) => {
      const bytes = read(folder, path);
      if (bytes === null) return [{ type: "directory", path, size: 0, oid: "0".repeat(40) }];
      const file = { type: "file", path, size: bytes.length, oid: gitHash(bytes) };
      return [
        LARGE.test(path)
          ? { ...file, lfs: { oid: sha("sha256", bytes), size: bytes.length, pointerSize: 130 } }
          : file,
      ];
    });
    if (from + PAGE < entries.length) {
      url.searchParams.set("cursor", String(from + PAGE));
      response.setHeader("Link", `<${url}>; rel="next"`);
    }
    json(response, entries.slice(from, from + PAGE));
  }

  #resolve(
    response: ServerResponse,
    { folder, commit }: { folder: string; commit: string },
    path: string,
    range: string | null,
    fault: Fault | null,
  ): void {
    const bytes = read(folder, path);
    response.setHeader("X-Repo-Commit", commit);
    if (bytes === null) {
      response.writeHead(404, { "x-error-code": "EntryNotFound" }).end();
    } else if (LARGE.test(path)) {
      const hash = sha("sha256", bytes);
      this.#large.set(hash, bytes);
      const cdn = `http://127.0.0.1:${(this.#cdn.address() as AddressInfo).port}/${hash}`;
      response
        .writeHead(302, { location: cdn, "x-linked-etag": `"${hash}"`, "x-linked-size": bytes.length })
        .end();
    } else {
      response.setHeader("ETag", `"${gitHash(bytes)}"`);
      this.#send(response, bytes, range, fault);
    }
  }

  #send(response: ServerResponse, whole: Buffer, range: string | null, fault: Fault | null): void {
    const bytes = Buffer.concat([whole, Buffer.alloc(fault?.surplus ?? 0)]);
    if (fault?.wrongAt !== undefined) bytes[fault.wrongAt] = (bytes[fault.wrongAt] ?? 0) ^ 1;
    const isPart = range !== null && !fault?.ignoreRange;
    const from = isPart ? Number(/^bytes=(\d+)-$/.exec(range)?.[1]) : 0;
    const part = isPart ? { "content-range": `bytes ${from}-${bytes.length - 1}/${bytes.length}` } : {};
    response.writeHead(isPart ? 206 : 200, { "content-length": bytes.length - from, ...part });
    const end = fault?.breakAt ?? fault?.hangAt;
    if (end === undefined) return void response.end(bytes.subarray(from));
    response.flushHeaders();
    response.write(bytes.subarray(from, Math.max(from, end)), () => {
      if (fault?.breakAt !== undefined) response.destroy();
    });
  }
}

function read(folder: string, path: string): Buffer | null {
  try {
    return readFileSync(join(folder, path));
  } catch {
    return null;
  }
}

function json(response: ServerResponse, value: unknown): void {
  response.setHeader("content-type", "application/json");
  response.end(JSON.stringify(value));
}

export function sha(algorithm: "sha1" | "sha256", bytes: Buffer): string {
  return createHash(algorithm).update(bytes).digest("hex");
}

function gitHash(bytes: Buffer): string {
  return sha("sha1", Buffer.concat([Buffer.from(`blob ${bytes.length}\0`), bytes]));
}
