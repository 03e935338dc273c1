import { InvalidArgumentError } from "commander";

function integerOr<const T extends string>(word: T) {
  return (text: string): number | T => {
    if (text === word) return word;
    if (!/^-?\d+$/.test(text)) throw new InvalidArgumentError(`Expected an integer or "${word}".`);
    return Number(text);
  };
}

/** Parse a flag that is an integer or a word. */
export const integerOrAll = integerOr("all");
export const integerOrAuto = integerOr("auto");

/** Parses a flag's integer; its range is checked with the option it becomes. */
export function integer(text: string): number {
  if (!/^-?\d+$/.test(text)) throw new InvalidArgumentError("Expected an integer.");
  return Number(text);
}

/** Parses a flag's number; its range is checked with the option it becomes. */
export function number(text: string): number {
  if (text.trim() === "" || Number.isNaN(Number(text))) throw new InvalidArgumentError("Expected a number.");
  return Number(text);
}

/** Parses a flag that is a list of integers. */
export function integers(text: string): number[] {
  return text.split(",").map(integer);
}

/** Parses a flag that is a list of numbers. */
export function numbers(text: string): number[] {
  return text.split(",").map(number);
}
