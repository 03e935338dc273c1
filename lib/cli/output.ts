import { once } from "node:events";
import type { WriteStream } from "node:tty";
import { createColors } from "picocolors";

/** A reader that left (`… | head`) is no error: the process ends at once and says nothing. */
export function endQuietlyOnBrokenPipe(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE") throw error;
      process.exit();
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

/** Colours for a terminal; without effect elsewhere and under NO_COLOR. */
export function colorsFor(stream: WriteStream) {
  return createColors(stream.isTTY === true && !process.env.NO_COLOR && process.env.TERM !== "dumb");
}
