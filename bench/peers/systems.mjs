// What is compared: each system is opened once, and then says how many tokens per second a prompt's text comes with.
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { loadPair } from "../../dist/index.js";

const NODE_LLAMA_CPP = fileURLToPath(new URL("node-llama-cpp.mjs", import.meta.url));
const execute = promisify(execFile);

/**
 * @typedef {object} System
 * @property {string} system
 * @property {string} setting
 * @property {(prompt: string) => Promise<number>} speed tokens per second after the prefill
 */

/** @returns {System} */
function foretoken(pair, setting, draft, { maxTokens }) {
  return {
    system: "foretoken",
    setting,
    speed: async (prompt) =>
      (await pair.complete(prompt, { maxTokens, draft, ignoreEnd: true })).stats.tokensPerSecond,
  };
}

/** Every system and setting for a pair, the first of each system being its target alone. */
export async function openSystems({ target, draft, lengths, ...plan }, { tools, node }) {
  const { threads, maxTokens, contextSize } = plan;
  const pair = await loadPair({ target, draft, threads, contextSize });
  const paths = { target: pair.target.path, draft: pair.draft.path };
  const children = [];
  const withNode = (setting, predictor) => {
    const child = nodeLlamaCpp(node, { ...paths, predictor, maxTokens, threads, contextSize });
    children.push(child);
    return { system: "node-llama-cpp", setting, speed: child.speed };
  };
  const common = ["-t", threads, "-fa", "on", "-ngl", 0].map(String);
  const speculative = (setting, flags) => ({
    system: "llama.cpp",
    setting,
    speed: (prompt) =>
      speculativeSimple(tools, [
        ...[
          "-m",
          paths.target,
          "-md",
          paths.draft,
          "--spec-draft-threads",
          threads,
          "-p",
          prompt,
          "-n",
          maxTokens,
        ],
        ...[
          "-c",
          contextSize,
          "--spec-type",
          "draft-simple",
          "--temp",
          0,
          "--ignore-eos",
          ...common,
          ...flags,
        ],
      ]),
  });
  const systems = [
    foretoken(pair, "target alone", false, plan),
    foretoken(pair, "default", { policy: "adaptive" }, plan),
    ...lengths.map((n) => foretoken(pair, `fixed ${n}`, { policy: "fixed", maxTokens: n }, plan)),
    {
      system: "llama.cpp",
      setting: "target alone",
      speed: () =>
        llamaBench(tools, ["-m", paths.target, "-p", 0, "-n", maxTokens, "-t", threads, "-fa", 1, "-r", 1]),
    },
    speculative("default", []),
    ...lengths.map((n) => speculative(`fixed ${n}`, ["--spec-draft-n-max", n, "--spec-draft-p-min", 0])),
    withNode("target alone", null),
    withNode("default", {}),
    ...lengths.map((n) => withNode(`fixed ${n}`, { minTokens: n, maxTokens: n, minConfidence: 0 })),
  ];
  const close = async () => {
    for (const child of children) child.close();
    await pair.close();
  };
  return { systems, close };
}

async function llamaBench(tools, flags) {
  const { stdout } = await execute(join(tools, "llama-bench"), [...flags.map(String), "-o", "json"]);
  return JSON.parse(stdout)[0].avg_ts;
}

/** The tool has been seen to end with 0 and its log cut short, once in some hundred runs: it is then asked again. */
async function speculativeSimple(tools, flags, attempts = 3) {
  const { stdout, stderr } = await execute(join(tools, "llama-speculative-simple"), flags.map(String), {
    maxBuffer: 1 << 26,
  });
  const found = /decoded +\d+ tokens in +[\d.]+ seconds, speed: +([\d.]+) t\/s/.exec(stdout + stderr);
  if (found !== null) return Number(found[1]);
  if (attempts > 1) return speculativeSimple(tools, flags, attempts - 1);
  throw new Error(`llama-speculative-simple said nothing of its speed:\n${stderr.slice(-2000)}`);
}

/** Started when it is first asked. */
function nodeLlamaCpp(folder, options) {
  let child;
  let lines;
  const start = () => {
    child = spawn(process.execPath, [NODE_LLAMA_CPP, folder, JSON.stringify(options)], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  };
  return {
    async speed(prompt) {
      if (child === undefined) start();
      child.stdin.write(`${JSON.stringify(prompt)}\n`);
      const { value, done } = await lines.next();
      if (done)
        throw new Error(`node-llama-cpp ended with code ${child.exitCode ?? (await once(child, "exit"))[0]}`);
      return JSON.parse(value);
    },
    close: () => child?.stdin.end(),
  };
}
