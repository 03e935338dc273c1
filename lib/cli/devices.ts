import Table from "cli-table3";
import type { Command } from "commander";
import { deviceNotes, devices } from "../index.js";
import { print, printJson, printNotes } from "./output.js";

const GIB = 2 ** 30;

export function addDevices(program: Command): void {
  program
    .command("devices")
    .description("List the processors models can run on.")
    .option("--json", "print them as JSON, memory in bytes")
    .addHelpText(
      "after",
      `
Examples:
  foretoken devices
  foretoken devices --json`,
    )
    .action(async (flags: { json?: boolean }) => {
      const found = devices();
      printNotes(deviceNotes());
      if (flags.json) return printJson(found);
      const table = new Table({
        head: ["name", "type", "description", "memory free / total"],
        style: { head: [], border: [] },
      });
      for (const { name, type, description, memoryFree, memoryTotal } of found) {
        table.push([
          name,
          type,
          description,
          `${(memoryFree / GIB).toFixed(1)} / ${(memoryTotal / GIB).toFixed(1)} GiB`,
        ]);
      }
      await print(`${table}\n`);
    });
}
