// llama.cpp's server as a child process, asked over HTTP.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { Agent, request } from "node:http";
import { createServer } from "node:net";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout } from "node:timers/promises";

const START_MS = 120_000;
const STOP_MS = 5000;
const MOST_LOG = 4000;

/**
 * Starts llama-server with a slot for each request at once, with the draft where one is given; resolves when it answers.
 * @returns `connect()`, before a turn; `complete(slot, prompt, maxTokens)`: the tokens of a greedy text that long; `close()`
 */
export async function startServer(tools, { target, draft, atOnce, contextSize, threads, signal }) {
  const port = await freePort();
  const flags = [
    ...["-m", target, "--host", "127.0.0.1", "--port", port, "--no-ui"],
    ...["--parallel", atOnce, "--cont-batching", "-c", contextSize * atOnce, "--fit", "off"],
    ...["-t", threads, "-tb", threads, "-fa", "on", "-ngl", 0, "--cache-ram", 0],
    ...(draft === null
      ? []
      : ["-md", draft, "--spec-type", "draft-simple", "-td", threads, "-tbd", threads, "-ngld", 0]),
  ];
  const child = spawn(join(tools, "llama-server"), flags.map(String), {
    stdio: ["ignore", "ignore", "pipe"],
  });
  let log = "";
  child.stderr.setEncoding("utf8").on("data", (text) => {
    log = (log + text).slice(-MOST_LOG);
  });
  let failure = null;
  child.on("error", (error) => {
    failure = error;
  });
  // However this process ends, but for SIGKILL.
  const kill = () => child.kill("SIGKILL");
  process.on("exit", kill);
  const hasEnded = () => failure !== null || child.exitCode !== null || child.signalCode !== null;
  const close = async () => {
    process.off("exit", kill);
    if (hasEnded()) return;
    const ended = once(child, "exit");
    child.kill("SIGTERM");
    const waiting = new AbortController();
    setTimeout(STOP_MS, undefined, { signal: waiting.signal }).then(kill, () => {});
    await ended;
    waiting.abort();
  };
  const url = `http://127.0.0.1:${port}`;
  try {
    const until = Date.now() + START_MS;
    while (!(await isReady(url))) {
      signal.throwIfAborted();
      if (hasEnded() || Date.now() > until)
        throw new Error(
          `llama-server did not start${failure === null ? "" : `: ${failure.message}`}\n${log}`,
        );
      await setTimeout(100);
    }
  } catch (error) {
    await close();
    throw error;
  }
  // A connection for each slot. The server's queue of new ones holds five: with more at one moment, some would try again only
  // after a second or three.
  const agents = Array.from({ length: atOnce }, () => new Agent({ keepAlive: true, maxSockets: 1 }));
  const connect = async () => {
    for (const agent of agents) {
      // The server closes connections that were idle for some seconds, perhaps just now.
      agent.destroy();
      await exchange(`${url}/health`, { agent, signal });
    }
  };
  return {
    connect,
    complete: (slot, prompt, maxTokens) => complete(url, prompt, maxTokens, { agent: agents[slot], signal }),
    close: () => {
      for (const agent of agents) agent.destroy();
      return close();
    },
  };
}

async function isReady(url) {
  try {
    return (await fetch(`${url}/health`)).ok;
  } catch {
    return false;
  }
}

async function complete(url, prompt, maxTokens, options) {
  const asked = {
    ...{ prompt, n_predict: maxTokens, ignore_eos: true, stream: false, cache_prompt: false },
    ...{ temperature: 0, top_k: 1 },
  };
  const { status, body } = await exchange(`${url}/completion`, { ...options, body: JSON.stringify(asked) });
  if (status !== 200) throw new Error(`llama-server answered ${status}: ${body}`);
  const { tokens_predicted: tokens } = JSON.parse(body);
  if (tokens !== maxTokens) throw new Error(`Expected ${maxTokens} tokens of llama-server but got ${tokens}`);
  return tokens;
}

/** A request over the agent's own connection. */
async function exchange(url, { body, agent, signal }) {
  const asking = request(url, {
    method: body === undefined ? "GET" : "POST",
    headers: { "content-type": "application/json" },
    ...{ agent, signal },
  });
  asking.end(body);
  const [response] = await once(asking, "response");
  return { status: response.statusCode, body: await text(response) };
}

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}
