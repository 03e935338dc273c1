import { stat } from "node:fs/promises";
import type { Command } from "commander";
import { type BatchId, readIds, readRequests } from "../batch/requests.js";
import { type BatchResult, Results } from "../batch/results.js";
import { rate } from "../bench/format.js";
import { createError } from "../errors.js";
import { type Completion, type CompletionRequest, ForetokenError } from "../index.js";
import { type BatchCounts, batchProgress } from "./batch-progress.js";
import { EXIT } from "./exit.js";
import { addGenerationFlags, type GenerationFlags, generationOptions } from "./generation-flags.js";
import { given } from "./given.js";
import { interruptible } from "./interruptible.js";
import { integer } from "./numbers.js";
import { print, printJson } from "./output.js";
import { addContextFlags, addModelFlags, loadFromFlags, type PairFlags } from "./pair-flags.js";

interface Flags extends PairFlags, GenerationFlags {
  concurrency?: number;
  retryErrors?: boolean;
  json?: boolean;
}

type Request = CompletionRequest & { id: BatchId };

const PROGRESS_EVERY_MS = 250;
/** Errors that say nothing of a request: the models are gone. Its line stays open, for the same command to go on. */
const NOT_ITS_OWN = /^(PAIR_|WORKER_|MODEL_|MEMORY_|CONTEXT_FAILED)/;

export function addBatch(program: Command): void {
  const command = program
    .command("batch")
    .description("Complete every line of a file of prompts into another file; goes on where it was stopped.")
    .argument("<in>", "JSONL file of requests")
    .argument("<out>", "JSONL file of results, in the order in which they are finished");
  addModelFlags(command);
  addGenerationFlags(command);
  addContextFlags(command, "auto");
  command
    .option(
      "--concurrency <n>",
      "requests that are in flight at once (default: 16, or twice the sequences)",
      integer,
    )
    .option("--retry-errors", "take results with errors out of the output and ask again")
    .option("--json", "print a summary as JSON")
    .addHelpText(
      "after",
      `
A line of the input is {"prompt": "…"} or {"messages": […]}, a chat, with an id (text or whole number; else the line's
number) and options of its own, which go before the flags: {"id": "a", "prompt": "Once", "maxTokens": 60, "temperature": 0.8}
A line of the output is {"id", "text", "finishReason", "seed", "promptTokens", "generatedTokens"}, with "tokens" where
logprobs were asked for, or {"id", "error": {"code", "message"}}.
With --max-sequences auto as many requests run at once as fit into memory, at most 16.
Ids that the output has are not asked for again: after a crash, a lost worker or Ctrl-C the same command goes on.

Examples:
  foretoken batch prompts.jsonl texts.jsonl
  foretoken batch --target llama-3.2-3b.gguf --draft llama-3.2-1b.gguf --max-tokens 200 in.jsonl out.jsonl
  foretoken batch --retry-errors --json in.jsonl out.jsonl

Exit codes: 0 done, 1 it failed or results have errors, 2 wrong usage, 130 interrupted: what was finished is written`,
    )
    .action((input: string, output: string, flags: Flags) =>
      interruptible((signal) => batch(input, output, flags, signal)),
    );
}

async function batch(input: string, output: string, flags: Flags, signal: AbortSignal): Promise<void> {
  await requireFiles(input, output);
  const ids = await readIds(input);
  const results = await Results.open(output, given({ retryErrors: flags.retryErrors }));
  const skipped = ids.filter((id) => results.done.has(id)).length;
  const skippedErrors = ids.filter((id) => results.failed.has(id)).length;
  const counts: BatchCounts = { total: ids.length, skipped, done: 0, failed: 0, generatedTokens: 0 };
  const started = performance.now();
  try {
    if (skipped < ids.length) await run(input, results, counts, flags, signal);
  } finally {
    await results.close();
  }
  const seconds = (performance.now() - started) / 1000;
  const summary = { ...counts, skippedErrors, seconds, tokensPerSecond: counts.generatedTokens / seconds };
  await (flags.json ? printJson(summary) : print(describe(summary)));
  if (counts.failed + skippedErrors > 0) process.exitCode = EXIT.failed;
}

async function run(
  input: string,
  results: Results,
  counts: BatchCounts,
  flags: Flags,
  signal: AbortSignal,
): Promise<void> {
  const fail = (id: BatchId, error: unknown): Promise<void> => {
    if (!(error instanceof ForetokenError) || NOT_ITS_OWN.test(error.code)) throw error;
    counts.failed++;
    return results.append({ id, error: { code: error.code, message: error.message } });
  };
  async function* requests(): AsyncGenerator<Request> {
    for await (const { id, request, problem } of readRequests(input)) {
      if (results.done.has(String(id))) continue;
      if (problem !== null) await fail(id, problem);
      // What it holds is checked as any other request is.
      else yield { ...request, id } as Request;
    }
  }
  const pair = await loadFromFlags({ maxSequences: "auto", ...flags }, signal);
  const progress = batchProgress(counts);
  const timer = setInterval(progress.update, PROGRESS_EVERY_MS);
  try {
    const options = { ...generationOptions(flags), ...given({ concurrency: flags.concurrency }), signal };
    for await (const { request, completion, error } of pair.completeMany(requests(), options)) {
      if (completion === null) await fail(request.id, error);
      else {
        counts.done++;
        counts.generatedTokens += completion.tokens.length;
        await results.append(resultOf(request.id, completion));
      }
    }
  } finally {
    clearInterval(timer);
    progress.end();
    await pair.close();
  }
}

function resultOf(id: BatchId, { text, finishReason, seed, tokens, stats }: Completion): BatchResult {
  const { promptTokens, generatedTokens } = stats;
  const logprobs = tokens[0]?.logprob === undefined ? {} : { tokens };
  return { id, text, finishReason, seed, promptTokens, generatedTokens, ...logprobs };
}

/** An input is read twice, an output is read before it is written: a pipe would be empty the second time, or never end. */
async function requireFiles(input: string, output: string): Promise<void> {
  const [a, b] = await Promise.all([input, output].map((path) => stat(path).catch(() => null)));
  for (const [path, found] of [
    [input, a],
    [output, b],
  ] as const)
    if (found && !found.isFile())
      throw createError(
        "BATCH_INVALID",
        `Expected a regular file at ${path} but found a pipe, folder or device`,
      );
  if (a && b && a.dev === b.dev && a.ino === b.ino)
    throw createError("BATCH_INVALID", `Expected another file for the results than ${input}`);
}

interface Summary extends BatchCounts {
  /** Of those skipped. */
  skippedErrors: number;
  seconds: number;
  tokensPerSecond: number;
}

function describe(summary: Summary): string {
  const { total, skipped, skippedErrors, done, failed, generatedTokens, seconds, tokensPerSecond } = summary;
  const withErrors = skippedErrors > 0 ? ` (${skippedErrors} with errors: --retry-errors asks again)` : "";
  const before = skipped > 0 ? `, ${skipped} were there already${withErrors}` : "";
  const errors = failed > 0 ? `, ${failed} failed` : "";
  return `${done} of ${total} requests done${errors}${before}: ${generatedTokens} tokens in ${seconds.toFixed(1)} s, ${rate(tokensPerSecond)} tokens/s\n`;
}
