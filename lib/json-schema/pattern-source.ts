import type { OptionError } from "../errors.js";
import { shown, unsupportedSchema } from "./schema-error.js";

/** Reads a regular expression character by character; only ones that JavaScript accepts, so that ends need no checks. */
export class PatternSource {
  readonly #characters: readonly string[];
  readonly #text: string;
  readonly #pointer: string;
  #at = 0;

  constructor(text: string, pointer: string) {
    this.#characters = [...text];
    this.#text = text;
    this.#pointer = pointer;
  }

  get atEnd(): boolean {
    return this.#at >= this.#characters.length;
  }

  /** The next character, or "" at the end. */
  peek(offset = 0): string {
    return this.#characters[this.#at + offset] ?? "";
  }

  next(): string {
    return this.#characters[this.#at++] ?? "";
  }

  /** Passes over the text if it comes next. */
  eat(text: string): boolean {
    const found = [...text].every((character, i) => this.peek(i) === character);
    if (found) this.#at += [...text].length;
    return found;
  }

  /** Passes over what the expression, which begins with ^, matches next, and gives its match. */
  match(expression: RegExp): RegExpExecArray | null {
    const match = expression.exec(this.#characters.slice(this.#at).join(""));
    if (match !== null) this.#at += [...match[0]].length;
    return match;
  }

  unsupported(expected: string): OptionError {
    return unsupportedSchema(this.#pointer, expected, shown(this.#text));
  }
}
