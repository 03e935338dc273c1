import type { CharSet } from "./char-set.js";
import type { Expression } from "./expression.js";
import type { Rules } from "./rules.js";

/** The rules as the text of a GBNF grammar. */
export function printed(rules: Rules): string {
  return [...rules].map(([name, { body }]) => `${name} ::= ${print(body)}\n`).join("");
}

function print(expression: Expression): string {
  switch (expression.kind) {
    case "literal":
      return `"${[...expression.text].map((character) => escaped(character, /["\\]/)).join("")}"`;
    case "characters":
      return characterClass(expression.set);
    case "rule":
      return expression.name;
    case "sequence":
      return expression.items.length === 0
        ? '""'
        : expression.items.map((item) => (item.kind === "choice" ? grouped(item) : print(item))).join(" ");
    case "choice":
      return expression.items.map(print).join(" | ");
    case "repeat": {
      const { item, min, max } = expression;
      const isAtom = item.kind === "literal" || item.kind === "characters" || item.kind === "rule";
      return (isAtom ? print(item) : grouped(item)) + quantifier(min, max);
    }
  }
}

function grouped(expression: Expression): string {
  return `(${print(expression)})`;
}

function quantifier(min: number, max: number): string {
  if (max === Infinity) return min === 0 ? "*" : min === 1 ? "+" : `{${min},}`;
  if (min === max) return `{${min}}`;
  return min === 0 && max === 1 ? "?" : `{${min},${max}}`;
}

/**
 * Never negated: llama.cpp lets a token that ends within a character pass where some character of that beginning is in the
 * class, but with a negated one stops it as soon as one of them is excluded.
 */
function characterClass(set: CharSet): string {
  const ranges = set.map(([first, last]) => {
    const [from, to] = [first, last].map((code) => escaped(String.fromCodePoint(code), /[[\]\\-]/));
    return first === last ? from : first + 1 === last ? `${from}${to}` : `${from}-${to}`;
  });
  return `[${ranges.join("")}]`;
}

/** Special characters with a backslash, others beyond printable ASCII by their code. */
function escaped(character: string, special: RegExp): string {
  const code = character.codePointAt(0) ?? 0;
  if (character === "\n") return "\\n";
  if (character === "\t") return "\\t";
  // At the beginning of a class it would negate, and it has no escape of its own.
  if (character === "^") return "\\x5E";
  if (code >= 0x20 && code < 0x7f) return special.test(character) ? `\\${character}` : character;
  const hex = code.toString(16).toUpperCase();
  if (code < 0x100) return `\\x${hex.padStart(2, "0")}`;
  return code < 0x10000 ? `\\u${hex.padStart(4, "0")}` : `\\U${hex.padStart(8, "0")}`;
}
