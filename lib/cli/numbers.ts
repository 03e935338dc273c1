import { InvalidArgumentError } from "commander";

/** Parses a flag's integer; its range is checked with the option it becomes. */
export function integer(text: string): number {
  if (!/^-?\d+$/.test(text)) throw new InvalidArgumentError("Expected an integer.");
  return Number(text);
}
