import type { Command } from "commander";
import type { Chunk, Completion, Pair } from "../index.js";
import { describeStats } from "./describe-stats.js";
import { EXIT } from "./exit.js";
import { addGenerationFlags, type GenerationFlags, generationOptions } from "./generation-flags.js";
import { colorsFor, print, printJson } from "./output.js";
import { addContextFlags, addModelFlags, loadFromFlags, type PairFlags } from "./pair-flags.js";
import { readPrompt } from "./stdin.js";

interface Flags extends PairFlags, GenerationFlags {
  json?: boolean;
  stats?: boolean;
  color?: boolean;
}

export function addGenerate(program: Command): void {
  const command = program
    .command("generate")
    .description("Write on from a prompt; the text goes to stdout as it is made.")
    .argument("<prompt...>", "the text to go on from; - reads it from stdin");
  addModelFlags(command);
  addGenerationFlags(command);
  addContextFlags(command);
  command
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
    const pair = await loadFromFlags(flags, interrupt.signal);
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

async function stream(pair: Pair, prompt: string, flags: Flags, interrupt: AbortSignal): Promise<void> {
  const generation = pair.generate(prompt, generationOptions(flags));
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
