// Whether memory stays flat over many requests: resident size, what is native of it, and what lives in V8's heap, at the 1,000th
// request, half-way and at the last. Needs a built checkout; ends with 1 where resident size or live heap grew by more than --most.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { Command } from "commander";
import { loadPair } from "../dist/index.js";
import { progressLine } from "../scripts/progress.mjs";
import { integer } from "./command-line.mjs";

// V8 keeps the pages of its young generation, up to 48 MiB of them as load comes and goes: that is no leak, but would drown one. So the
// young generation is small, and garbage is collected before memory is looked at.
const FLAGS = ["--expose-gc", "--max-semi-space-size=1"];
const EARLY = 1000;
const KEYS = ["resident", "native", "heapUsed"];

if (globalThis.gc === undefined) {
  const again = [...FLAGS, fileURLToPath(import.meta.url), ...process.argv.slice(2)];
  // Ctrl-C reaches the child too, which ends by it.
  process.on("SIGINT", () => {});
  const { status } = spawnSync(process.execPath, again, { stdio: "inherit" });
  process.exitCode = status ?? 130;
} else {
  await new Command("memory")
    .option("--target <model>", "path or name", "fable-5m")
    .option("--draft <model>", "path or name", "fable-1m")
    .option("--requests <n>", "requests in all, more than 1000", integer, 10_000)
    .option("--slots <n>", "requests at once", integer, 16)
    .option("--most <percent>", "growth that counts as flat, in percent", Number, 2)
    .option("--json", "print the measurements as JSON")
    .action(run)
    .parseAsync();
}

async function run({ target, draft, requests, slots, most, json }) {
  const progress = progressLine("memory");
  const pair = await loadPair({ target, draft, threads: 1, maxSequences: slots, contextSize: 64 });
  try {
    const looks = [];
    let done = 0;
    for (const at of [EARLY, Math.round((EARLY + requests) / 2), requests]) {
      await serve(pair, done, at, progress);
      looks.push({ at, ...(await look()) });
      done = at;
    }
    progress.clear();
    const [early, , last] = looks;
    const growth = Object.fromEntries(KEYS.map((key) => [key, last[key] / early[key] - 1]));
    process.stdout.write(
      json ? `${JSON.stringify({ requests, slots, looks, growth })}\n` : describe(looks, growth),
    );
    process.exitCode = Math.max(growth.resident, growth.heapUsed) * 100 <= most ? 0 : 1;
  } finally {
    await pair.close();
  }
}

/** Requests of all kinds: read to their end or left early, greedy and sampled, with what the caches hold and without. */
async function serve(pair, from, to, progress) {
  let next = from;
  const slot = async () => {
    for (let i = next++; i < to; i = next++) {
      progress.update(`request ${i} of ${to}`);
      const prompt = `Once upon a time there ${i % 3 === 0 ? "was" : "were"} ${i % 101}`;
      const options = { maxTokens: 2 + (i % 7), temperature: i % 2, seed: i, cachePrompt: i % 5 > 0 };
      for await (const _ of pair.generate(prompt, options)) if (i % 11 === 0) break;
    }
  };
  await Promise.all(Array.from({ length: pair.maxSequences }, slot));
}

/** Bytes, after what can be collected is. */
async function look() {
  for (let i = 0; i < 4; i++) {
    // What a collection finalises is let go of in a later task.
    await new Promise(setImmediate);
    globalThis.gc();
  }
  const { rss, heapTotal, heapUsed } = process.memoryUsage();
  return { resident: rss, native: rss - heapTotal, heapUsed };
}

function describe(looks, growth) {
  const mib = (bytes) => `${(bytes / 2 ** 20).toFixed(1)} MiB`;
  return KEYS.map((key) => {
    const course = looks.map((one) => `${mib(one[key])} at ${one.at}`).join(", ");
    return `${key}: ${course} (${(growth[key] * 100).toFixed(1)}%)\n`;
  }).join("");
}
