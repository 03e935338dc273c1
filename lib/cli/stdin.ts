import { fstatSync } from "node:fs";
import { text } from "node:stream/consumers";

/** The prompt on stdin, without the line's end that shells add. */
export async function readPrompt(): Promise<string> {
  // Node reads a folder as an empty stream.
  if (fstatSync(0).isDirectory()) throw new Error("stdin is a folder; redirect a file or pipe text into it");
  return (await text(process.stdin)).replace(/\r?\n$/, "");
}
