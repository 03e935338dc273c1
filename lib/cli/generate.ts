import type { Command } from "commander";
import { type Chunk, type Completion, loadPair, type Pair } from "../index.js";
import { describeStats } from "./describe-stats.js";
import { addDraftFlags, type DraftFlags, draftOptions } from "./draft-flags.js";
import { EXIT } from "./exit.js";
import { given } from "./given.js";
import { integer, integerOrAll } from "./numbers.js";
import { colorsFor, print, printJson } from "./output.js";
import { loadingProgress } from "./progress.js";
import { addSamplingFlags, type SamplingFlags, samplingOptions } from "./sampling-flags.js";
import { readPrompt } from "./stdin.js";

interface Flags extends DraftFlags, SamplingFlags {
  target: string;
  maxTokens?: number;
  stop?: string[];
  ignoreEnd?: boolean;
  contextSize?: number;
  batchSize?: number;
  threads?: number;
  gpuLayers?: number | "all";
  deterministic?: boolean;
  json?: boolean;
  stats?: boolean;
  color?: boolean;
}

export function addGenerate(program: Command): void {
  const command = program
    .command("generate")
    .description("Write on from a prompt; the text goes to stdout as it is made.")
    .argument("<prompt...>", "the text to go on from; - reads it from stdin")
    .option("--target <model>", "path of a GGUF file, or name of an embedded or pulled model", "fable-17m");
  addDraftFlags(command);
  command
    .option("--max-tokens <n>", "tokens to generate at most (default: 256)", integer)
    .option(
      "--stop <text>",
      "end before this text; may be given again",
      (text: string, list: string[] = []) => [...list, text],
    )
    .option("--ignore-end", "generate past the model's end");
  addSamplingFlags(command);
  command
    .option("--context-size <n>", "tokens of prompt and output together", integer)
    .option("--batch-size <n>", "tokens of one forward pass at most (default: 512)", integer)
    .option("--threads <n>", "CPU threads of the target", integer)
    .option("--gpu-layers <n>", "layers on the GPU, or all (default: all)", integerOrAll)
    .option("--deterministic", "decide draft lengths without a clock, the same in every run")
    .option("--color", "colour accepted draft tokens on a terminal")
    .option("--stats", "print statistics to stderr")
    .option("--json", "print one JSON object instead of the text")
    .addHelpText(
      "after",
      `
Examples:
  foretoken generate "Once upon a time there was a fox"
  foretoken generate --temperature 0.8 --seed 7 --deterministic "The king said"
  foretoken generate --draft-type combined --stats --color --max-tokens 100 "Happy Birthday"
  foretoken generate --grammar 'root ::= " yes" | " no"' "Is the fox clever? Answer:"
  foretoken generate --no-draft --json "The king said" > baseline.json
  echo "The little boat" | foretoken generate --draft fable-5m -`,
    )
    .action(generate);
}

async function generate(words: string[], flags: Flags): Promise<void> {
  const prompt = words.length === 1 && words[0] === "-" ? await readPrompt() : words.join(" ");
  const interrupt = new AbortController();
  process.once("SIGINT", () => interrupt.abort());
  try {
    const pair = await load(flags, interrupt.signal);
    try {
      await stream(pair, prompt, flags, interrupt.signal);
    } finally {
      await pair.close();
    }
  } catch (error) {
    if (error !== interrupt.signal.reason) throw error;
  }
  if (interrupt.signal.aborted) process.exitCode = EXIT.interrupted;
}

async function load(flags: Flags, signal: AbortSignal): Promise<Pair> {
  const { target, contextSize, batchSize, threads, draftThreads, gpuLayers, deterministic } = flags;
  const progress = loadingProgress("Loading");
  try {
    return await loadPair({
      target,
      draft: draftOptions(flags),
      ...given({ contextSize, batchSize, threads, draftThreads, gpuLayers, deterministic }),
      signal,
      onProgress: progress.update,
    });
  } finally {
    progress.end();
  }
}

async function stream(pair: Pair, prompt: string, flags: Flags, interrupt: AbortSignal): Promise<void> {
  const { maxTokens, stop, ignoreEnd } = flags;
  const generation = pair.generate(prompt, {
    ...given({ maxTokens, stop, ignoreEnd }),
    ...samplingOptions(flags),
  });
  // Not the signal option: what is finished shall still be printed.
  interrupt.addEventListener("abort", () => generation.abort());
  const colors = colorsFor(process.stdout);
  const render = flags.color ? (chunk: Chunk) => colored(chunk, colors.green) : (chunk: Chunk) => chunk.text;
  for await (const chunk of generation) {
    if (!flags.json) await print(render(chunk));
  }
  const completion = await generation.result;
  await (flags.json ? printJson(asJson(pair, prompt, completion)) : print("\n"));
  if (flags.stats) process.stderr.write(describeStats(completion));
}

function colored(chunk: Chunk, mark: (text: string) => string): string {
  return chunk.tokens.map((token) => (token.origin === "draft" ? mark(token.text) : token.text)).join("");
}

function asJson({ target, draft }: Pair, prompt: string, completion: Completion) {
  return { target: target.path, draft: draft?.path ?? null, prompt, ...completion };
}
