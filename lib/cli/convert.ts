import { existsSync } from "node:fs";
import { basename, resolve } from "node:path";
import type { Command } from "commander";
import { isRepositoryId } from "../hub/repository-id.js";
import { convertCheckpoint, downloadCheckpoint } from "../index.js";
import { given } from "./given.js";
import { interruptible } from "./interruptible.js";
import { print, printJson } from "./output.js";
import { loadingProgress } from "./progress.js";
import { pullProgress } from "./pull-progress.js";
import { megabytes } from "./sizes.js";

interface Flags {
  out?: string;
  name?: string;
  repository?: string;
  revision?: string;
  json?: boolean;
}

export function addConvert(program: Command): void {
  program
    .command("convert")
    .description("Convert a checkpoint in the hub's layout to GGUF f16.")
    .argument(
      "<source>",
      "folder with config.json, weights (safetensors or pytorch_model.bin) and tokenizer, or repository (owner/name)",
    )
    .option("-o, --out <file>", "the file to write (default: <folder's or repository's name>.f16.gguf)")
    .option("--name <text>", "what the model calls itself (default: the folder's or repository's name)")
    .option("--repository <id>", "the repository that a folder is from, noted in the file")
    .option("--revision <id>", "the revision to fetch; of a folder: noted in the file")
    .option("--json", "print what was written as JSON")
    .addHelpText(
      "after",
      `
Families: GPT-NeoX (Pythia), OPT, CodeGen, GPT-2, Llama, Mistral, Qwen2, Qwen3, with byte-level BPE tokenizers.

Examples:
  foretoken convert ./pythia-160m
  foretoken convert ./opt-350m --out models/opt-350m.gguf --json
  foretoken convert EleutherAI/pythia-160m-deduped

Exit codes: 0 done, 1 it cannot be converted, 2 wrong usage, 130 interrupted`,
    )
    .action(convert);
}

async function convert(source: string, { out, json, name, repository, revision }: Flags): Promise<void> {
  await interruptible(async (signal) => {
    const origin = await originOf(source, given({ repository, revision }), signal);
    const progress = loadingProgress("Converting");
    try {
      const report = await convertCheckpoint({
        ...origin,
        to: out ?? `${basename(resolve(source))}.f16.gguf`,
        name: name ?? basename(resolve(source)),
        signal,
        onProgress: progress.update,
      });
      progress.end();
      await (json
        ? printJson(report)
        : print(
            `${report.path}: ${report.architecture}, ${report.tensors} tensors, ${report.parameters} parameters, ${megabytes(report.bytes)}\n`,
          ));
    } finally {
      progress.end();
    }
  });
}

/** The checkpoint's folder, and what is known of where it is from. A repository is fetched, unless a folder has its name. */
async function originOf(
  source: string,
  { repository, revision }: Pick<Flags, "repository" | "revision">,
  signal: AbortSignal,
) {
  if (!isRepositoryId(source) || existsSync(source))
    return { from: source, ...given({ repository, revision }) };
  const progress = pullProgress();
  try {
    const found = await downloadCheckpoint({
      repository: source,
      ...given({ revision }),
      signal,
      onProgress: progress.update,
    });
    return { from: found.folder, repository: repository ?? source, revision: found.revision };
  } finally {
    progress.end();
  }
}
