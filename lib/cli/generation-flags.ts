import type { Command } from "commander";
import type { GenerateOptions } from "../index.js";
import { given } from "./given.js";
import { integer } from "./numbers.js";
import { addSamplingFlags, type SamplingFlags, samplingOptions } from "./sampling-flags.js";

/** What a text is generated with. */
export interface GenerationFlags extends SamplingFlags {
  maxTokens?: number;
  stop?: string[];
  ignoreEnd?: boolean;
}

export function addGenerationFlags(command: Command): void {
  command
    .option("--max-tokens <n>", "tokens to generate at most (default: 256)", integer)
    .option(
      "--stop <text>",
      "end before this text; may be given again",
      (text: string, list: string[] = []) => [...list, text],
    )
    .option("--ignore-end", "generate past the model's end");
  addSamplingFlags(command);
}

export function generationOptions(flags: GenerationFlags): GenerateOptions {
  const { maxTokens, stop, ignoreEnd } = flags;
  return { ...given({ maxTokens, stop, ignoreEnd }), ...samplingOptions(flags) };
}
