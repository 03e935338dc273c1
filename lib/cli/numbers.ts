import { InvalidArgumentError } from "commander";

function integerOr<const T extends string>(...words: T[]) {
  return (text: string): number | T => {
    const word = words.find((word) => word === text);
    if (word !== undefined) return word;
    if (!/^-?\d+$/.test(text))
      throw new InvalidArgumentError(`Expected an integer or "${words.join('" or "')}".`);
    return Number(text);
  };
}

/** Parse a flag that is an integer or a word. */
export const integerOrAuto = integerOr("auto");
export const integerOrAllOrAuto = integerOr("all", "auto");

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
