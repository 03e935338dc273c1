import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { createError } from "../errors.js";
import { invalid } from "../is.js";

/** What the usual environment variables say about the hub. */
export interface HubEnvironment {
  /** Without a slash at its end; null is the library's own. */
  endpoint: string | null;
  token: string | null;
  /** The cache that is shared with huggingface_hub. */
  cacheFolder: string;
  offline: boolean;
  /** How long nothing may come. */
  timeoutMs: number;
}

const DEFAULT_TIMEOUT_S = 30;

/** Names, defaults and precedence are huggingface_hub's. Rejects with OPTION_INVALID. */
export async function hubEnvironment(env: NodeJS.ProcessEnv = process.env): Promise<HubEnvironment> {
  const home = expanded(env.HF_HOME || join(env.XDG_CACHE_HOME || join(homedir(), ".cache"), "huggingface"));
  return {
    endpoint: endpointOf(env.HF_ENDPOINT),
    token: checkedToken(
      env.HF_TOKEN?.trim() || (await tokenIn(expanded(env.HF_TOKEN_PATH || join(home, "token")))),
    ),
    cacheFolder: expanded(env.HF_HUB_CACHE || env.HUGGINGFACE_HUB_CACHE || join(home, "hub")),
    offline: isTrue(env.HF_HUB_OFFLINE || env.TRANSFORMERS_OFFLINE),
    timeoutMs: 1000 * secondsOf(env.HF_HUB_DOWNLOAD_TIMEOUT),
  };
}

function endpointOf(text: string | undefined): string | null {
  if (!text) return null;
  const isWeb = URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
  if (!isWeb) throw invalid("HF_ENDPOINT", "URL that begins with https:// or http://", text);
  return text.replace(/\/+$/, "");
}

function secondsOf(text: string | undefined): number {
  if (!text) return DEFAULT_TIMEOUT_S;
  const seconds = Number(text);
  if (!(seconds > 0 && seconds <= 86400))
    throw invalid("HF_HUB_DOWNLOAD_TIMEOUT", "number of seconds between 0 and 86400", text);
  return seconds;
}

/** Logged out is not an error: most repositories are public. */
async function tokenIn(path: string): Promise<string | null> {
  return (await readFile(path, "utf8").catch(() => "")).trim() || null;
}

/** Here, since a request that cannot be sent would be reported with the token in it. */
function checkedToken(token: string | null): string | null {
  if (token === null || /^[!-~]+$/.test(token)) return token;
  throw createError(
    "OPTION_INVALID",
    "Expected a token of visible ASCII characters in HF_TOKEN or its file but received others",
  );
}

function expanded(path: string): string {
  return /^~(?=$|[/\\])/.test(path) ? join(homedir(), path.slice(1)) : path;
}

function isTrue(text: string | undefined): boolean {
  return /^(1|on|yes|true)$/i.test(text ?? "");
}
