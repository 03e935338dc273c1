import Table from "cli-table3";
import type { Command } from "commander";
import { type KnownModel, knownPairs } from "../index.js";
import { print, printJson } from "./output.js";
import { megabytes, parameters } from "./sizes.js";

export function addPairs(program: Command): void {
  program
    .command("pairs")
    .description("List pairs that are known to fit, and which of their models are here.")
    .option("--json", "print them as JSON, with notes and paths")
    .addHelpText(
      "after",
      `
Sizes are of the weights in f16. What is not here, \`foretoken pull PAIR\` gets.

Examples:
  foretoken pairs
  foretoken pairs --json
  foretoken pull qwen3-4b`,
    )
    .action(async (flags: { json?: boolean }) => {
      const pairs = await knownPairs();
      if (flags.json) return printJson(pairs);
      const table = new Table({
        head: ["pair", "target and draft", "parameters", "size", "licence", "here"],
        style: { head: [], border: [] },
      });
      for (const { name, target, draft } of pairs) {
        const both = (of: (model: KnownModel) => string) => `${of(target)}\n${of(draft)}`;
        table.push([
          name,
          both(({ model }) => model),
          both((model) => parameters(model.parameters)),
          both(({ bytes }) => megabytes(bytes)),
          both(({ licence, gated }) => (gated ? `${licence}, gated` : licence)),
          both(({ path }) => (path === null ? "no" : "yes")),
        ]);
      }
      await print(`${table}\n`);
    });
}
