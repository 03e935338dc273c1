import type { Command } from "commander";
import { type PullReport, pullModel, pullPair } from "../index.js";
import { given } from "./given.js";
import { interruptible } from "./interruptible.js";
import { print, printJson } from "./output.js";
import { pullProgress } from "./pull-progress.js";
import { megabytes } from "./sizes.js";

interface Flags {
  revision?: string;
  file?: string;
  json?: boolean;
}

export function addPull(program: Command): void {
  program
    .command("pull")
    .description(
      "Get models from the hub, convert them, and put them where other commands find them by name.",
    )
    .argument("<what>", "a pair (`foretoken pairs`), a repository (owner/name), or one of its GGUF files")
    .option("--revision <id>", "branch, tag or commit of the repository (default: main)")
    .option("--file <path>", "a GGUF file of the repository, instead of its checkpoint")
    .option("--json", "print what is there as JSON")
    .addHelpText(
      "after",
      `
Environment, as for huggingface_hub: HF_ENDPOINT, HF_TOKEN, HF_TOKEN_PATH, HF_HOME, HF_HUB_CACHE, HF_HUB_OFFLINE,
HF_HUB_DOWNLOAD_TIMEOUT. FORETOKEN_MODELS is the folder that models are put into.
What was interrupted is gone on with; what is there already is not fetched again.

Examples:
  foretoken pull pythia-1.4b
  foretoken pull EleutherAI/pythia-160m-deduped
  foretoken pull EleutherAI/pythia-160m-deduped --revision step1000
  foretoken pull owner/name/model-q8_0.gguf --json

Exit codes: 0 done, 1 it failed, 2 wrong usage, 130 interrupted`,
    )
    .action(pull);
}

function pull(what: string, flags: Flags, command: Command): Promise<void> {
  return interruptible(async (signal) => {
    const progress = pullProgress();
    const more = { signal, onProgress: progress.update };
    const [owner, name, ...rest] = what.split("/");
    const isPair = name === undefined;
    if ((isPair || rest.length > 0) && flags.file !== undefined)
      command.error("error: option '--file' is of a repository (owner/name)");
    if (isPair && flags.revision !== undefined)
      command.error("error: option '--revision' is of a repository (owner/name)");
    try {
      const { revision, file = rest.length > 0 ? rest.join("/") : undefined } = flags;
      const report = isPair
        ? await pullPair({ pair: what, ...more })
        : await pullModel({ repository: `${owner}/${name}`, ...given({ revision, file }), ...more });
      progress.end();
      if (flags.json) return await printJson(report);
      await print(describe(what, "models" in report ? report.models : [report], isPair));
    } finally {
      progress.end();
    }
  });
}

function describe(what: string, models: readonly PullReport[], isPair: boolean): string {
  if (models.length === 0) return `${what} is embedded: there is nothing to pull\n`;
  const lines = models.flatMap(({ name, path, bytes, alreadyThere, revision, checkpoint, received }) => [
    `${name}: ${alreadyThere ? "already there" : `${megabytes(received)} received`}, ${path} (${megabytes(bytes)}, commit ${revision.slice(0, 12)})`,
    ...(checkpoint === null
      ? []
      : [`  its checkpoint stays in the hub's cache: ${checkpoint.folder} (${megabytes(checkpoint.bytes)})`]),
  ]);
  const [target, draft] = models;
  const use = isPair
    ? `foretoken generate --target ${target?.name} --draft ${draft?.name} "Once upon a time"`
    : `foretoken generate --target ${target?.name} --draft-type ngram "Once upon a time"`;
  return `${lines.join("\n")}\nTry: ${use}\n`;
}
