import { once } from "node:events";
import type { WriteStream } from "node:tty";
import { createColors } from "picocolors";
import { EXIT } from "./exit.js";

/**
 * Where output cannot be written the process ends at once. A reader that left (`… | head`) is no error and nothing is
 * said; a full disk is.
 */
export function endOnBrokenOutput(): void {
  for (const [name, stream] of [
    ["stdout", process.stdout],
    ["stderr", process.stderr],
  ] as const) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EPIPE") process.exit();
      if (name === "stdout") process.stderr.write(`foretoken: cannot write to stdout: ${error.message}\n`);
      process.exit(EXIT.failed);
    });
  }
}

/** Writes to stdout, waiting for a slow reader. */
export async function print(text: string): Promise<void> {
  if (!process.stdout.write(text)) await once(process.stdout, "drain");
}

export async function printJson(value: unknown): Promise<void> {
  await print(`${JSON.stringify(value, null, 2)}\n`);
}

/** What is to be known of devices, for people: stdout is the command's own. */
export function printNotes(notes: readonly string[]): void {
  for (const note of notes) process.stderr.write(`Note: ${note}\n`);
}

/** Colours for a terminal; without effect elsewhere and under NO_COLOR. */
export function colorsFor(stream: WriteStream) {
  return createColors(stream.isTTY === true && !process.env.NO_COLOR && process.env.TERM !== "dumb");
}
