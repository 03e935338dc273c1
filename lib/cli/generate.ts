import type { Command } from "commander";
import { type Chunk, type Completion, loadPair, type Pair } from "../index.js";
import { refuseBeside } from "./contradictions.js";
import { describeStats } from "./describe-stats.js";
import { EXIT } from "./exit.js";
import { integer, integerOrAll } from "./numbers.js";
import { colorsFor, print, printJson } from "./output.js";
import { loadingProgress } from "./progress.js";
import { readPrompt } from "./stdin.js";

interface Flags {
  target: string;
  draft: string | false;
  draftMaxTokens?: number;
  maxTokens?: number;
  stop?: string[];
  ignoreEnd?: boolean;
  contextSize?: number;
  batchSize?: number;
  threads?: number;
  draftThreads?: number;
  gpuLayers?: number | "all";
  json?: boolean;
  stats?: boolean;
  color?: boolean;
}

export function addGenerate(program: Command): void {
  const command = program.command("generate");
  refuseBeside(command, "no-draft", ["draft", "draft-max-tokens", "draft-threads"]);
  command
    .description("Write on from a prompt; the text goes to stdout as it is made.")
    .argument("<prompt...>", "the text to go on from; - reads it from stdin")
    .option("--target <model>", "path of a GGUF file or name of an embedded model", "fable-17m")
    .option("--draft <model>", "the small model that proposes tokens: path or name", "fable-1m")
    .option("--no-draft", "the target alone")
    .option("--draft-max-tokens <n>", "tokens drafted per round at most, 0 to 64 (default: 3)", integer)
    .option("--max-tokens <n>", "tokens to generate at most (default: 256)", integer)
    .option(
      "--stop <text>",
      "end before this text; may be given again",
      (text: string, list: string[] = []) => [...list, text],
    )
    .option("--ignore-end", "generate past the model's end")
    .option("--context-size <n>", "tokens of prompt and output together", integer)
    .option("--batch-size <n>", "tokens of one forward pass at most (default: 512)", integer)
    .option("--threads <n>", "CPU threads of the target", integer)
    .option("--draft-threads <n>", "CPU threads of the draft", integer)
    .option("--gpu-layers <n>", "layers on the GPU, or all (default: all)", integerOrAll)
    .option("--color", "colour accepted draft tokens on a terminal")
    .option("--stats", "print statistics to stderr")
    .option("--json", "print one JSON object instead of the text")
    .addHelpText(
      "after",
      `
Examples:
  foretoken generate "Once upon a time there was a fox"
  foretoken generate --stats --color --max-tokens 100 "Happy Birthday"
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
  const { target, draft, draftMaxTokens, contextSize, batchSize, threads, draftThreads, gpuLayers } = flags;
  const progress = loadingProgress("Loading");
  try {
    return await loadPair({
      target,
      draft: draft === false ? false : { model: draft, ...given({ maxTokens: draftMaxTokens }) },
      ...given({ contextSize, batchSize, threads, draftThreads, gpuLayers }),
      signal,
      onProgress: progress.update,
    });
  } finally {
    progress.end();
  }
}

async function stream(pair: Pair, prompt: string, flags: Flags, interrupt: AbortSignal): Promise<void> {
  const { maxTokens, stop, ignoreEnd } = flags;
  const generation = pair.generate(prompt, given({ maxTokens, stop, ignoreEnd }));
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

/** Only what was given: the library's own defaults hold for the rest. */
function given<T extends object>(options: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}
