import { readFileSync } from "node:fs";
import { type Command, InvalidArgumentError, Option } from "commander";
import type { SamplingOptions, Verification } from "../index.js";
import { VERIFICATIONS } from "../sampling-options.js";
import { given } from "./given.js";
import { integer, number } from "./numbers.js";

export type SamplingFlags = {
  -readonly [K in keyof Omit<SamplingOptions, "verification">]: SamplingOptions[K];
} & { verification?: Verification };

export function addSamplingFlags(command: Command): void {
  command
    .option(
      "--temperature <t>",
      "0 takes the likeliest token, 1 is the model's own distribution (default: 0)",
      number,
    )
    .option("--top-k <n>", "only the likeliest tokens, 0 is all (default: 40)", integer)
    .option("--top-p <p>", "only the likeliest that have this probability together (default: 0.95)", number)
    .option(
      "--min-p <p>",
      "only tokens with this share of the likeliest's probability (default: 0.05)",
      number,
    )
    .option("--typical-p <p>", "locally typical sampling (default: 1, off)", number)
    .option("--repeat-penalty <f>", "makes recent tokens less likely (default: 1, off)", number)
    .option("--frequency-penalty <f>", "the same for each time a token occurs (default: 0)", number)
    .option("--presence-penalty <f>", "the same once for each token (default: 0)", number)
    .option("--penalty-last-n <n>", "how many tokens are recent, -1 is all (default: 64)", integer)
    .option("--logit-bias <id:bias>", "bias of a token, or id:false to ban it; may be given again", bias)
    .option("--seed <n>", "seed of the random numbers (default: a random one)", integer)
    .option("--grammar <gbnf>", "grammar that the text follows; @file reads it from a file", textOrFile)
    .option(
      "--json-schema <schema>",
      "JSON Schema of the document to write; @file reads it from a file",
      json,
    )
    .option("--logprobs <n>", "report log-probabilities and this many alternatives, with --json", integer)
    .addOption(
      new Option("--verification <rule>", "how drafts are checked (default: block while sampling)").choices(
        VERIFICATIONS,
      ),
    );
}

export function samplingOptions(flags: SamplingFlags): SamplingOptions {
  const { temperature, topK, topP, minP, typicalP, repeatPenalty, frequencyPenalty, presencePenalty } = flags;
  const { penaltyLastN, logitBias, seed, grammar, jsonSchema, logprobs, verification } = flags;
  const penalties = { repeatPenalty, frequencyPenalty, presencePenalty, penaltyLastN };
  const truncation = { topK, topP, minP, typicalP };
  return given({
    temperature,
    ...truncation,
    ...penalties,
    logitBias,
    seed,
    grammar,
    jsonSchema,
    logprobs,
    verification,
  });
}

function bias(text: string, others: Record<number, number | false> = {}): Record<number, number | false> {
  const [, id, value] = /^(\d+):(.+)$/.exec(text) ?? [];
  if (id === undefined || value === undefined) throw new InvalidArgumentError("Expected <id>:<bias>.");
  return { ...others, [Number(id)]: value === "false" ? false : number(value) };
}

function textOrFile(text: string): string {
  if (!text.startsWith("@")) return text;
  try {
    return readFileSync(text.slice(1), "utf8");
  } catch (error) {
    throw new InvalidArgumentError(error instanceof Error ? error.message : String(error));
  }
}

function json(text: string): unknown {
  try {
    return JSON.parse(textOrFile(text));
  } catch (error) {
    throw new InvalidArgumentError(error instanceof Error ? error.message : String(error));
  }
}
