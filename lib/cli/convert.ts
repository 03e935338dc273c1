import { basename, resolve } from "node:path";
import type { Command } from "commander";
import { convertCheckpoint } from "../index.js";
import { EXIT } from "./exit.js";
import { given } from "./given.js";
import { print, printJson } from "./output.js";
import { loadingProgress } from "./progress.js";

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
    .argument("<folder>", "folder with config.json, weights (safetensors or pytorch_model.bin) and tokenizer")
    .option("-o, --out <file>", "the file to write (default: <folder's name>.f16.gguf)")
    .option("--name <text>", "what the model calls itself (default: the folder's name)")
    .option("--repository <id>", "the repository it is from, noted in the file")
    .option("--revision <id>", "the repository's revision, noted in the file")
    .option("--json", "print what was written as JSON")
    .addHelpText(
      "after",
      `
Families: GPT-NeoX (Pythia), OPT, CodeGen, GPT-2, Llama, Mistral, Qwen2, Qwen3, with byte-level BPE tokenizers.

Examples:
  foretoken convert ./pythia-160m
  foretoken convert ./opt-350m --out models/opt-350m.gguf --json

Exit codes: 0 done, 1 it cannot be converted, 2 wrong usage, 130 interrupted`,
    )
    .action(convert);
}

async function convert(folder: string, { out, json, name, repository, revision }: Flags): Promise<void> {
  const interrupt = new AbortController();
  process.once("SIGINT", () => interrupt.abort());
  const progress = loadingProgress("Converting");
  try {
    const report = await convertCheckpoint({
      from: folder,
      to: out ?? `${basename(resolve(folder))}.f16.gguf`,
      ...given({ name, repository, revision }),
      signal: interrupt.signal,
      onProgress: progress.update,
    });
    progress.end();
    const size = (report.bytes / 1e6).toFixed(1);
    await (json
      ? printJson(report)
      : print(
          `${report.path}: ${report.architecture}, ${report.tensors} tensors, ${report.parameters} parameters, ${size} MB\n`,
        ));
  } catch (error) {
    if (error !== interrupt.signal.reason) throw error;
    process.exitCode = EXIT.interrupted;
  } finally {
    progress.end();
  }
}
