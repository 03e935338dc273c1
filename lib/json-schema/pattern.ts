import type { CharSet } from "./char-set.js";
import { choice, type Expression, repeat, sequence } from "./expression.js";
import { MAX_COUNT, MAX_DEPTH } from "./limits.js";
import { character, DOT, readClass, readEscape } from "./pattern-class.js";
import { PatternSource } from "./pattern-source.js";
import { invalidSchema, shown } from "./schema-error.js";
import { spelledCharacter } from "./string-text.js";

interface Part {
  /** What matches, as it is spelled within a JSON string. */
  readonly text: Expression;
  /** Characters of a match, at least and at most. */
  readonly min: number;
  readonly max: number;
}

/** The texts that a regular expression matches as a whole. */
export interface Pattern extends Part {
  readonly source: string;
}

/**
 * Reads a regular expression of JavaScript: literals, ".", classes, \d \w \s and their opposites, escapes of characters,
 * groups, alternatives and quantifiers (lazy ones match the same texts). Every alternative is anchored with ^ and $. It is
 * read as with the flag "u": a character is a code point.
 * @throws SCHEMA_INVALID for what is no regular expression; SCHEMA_UNSUPPORTED for anything else, such as lookarounds,
 * backreferences, word edges, \p, patterns without anchors, and unbounded repetition of what may be empty.
 */
export function parsePattern(text: string, pointer: string): Pattern {
  const source = new PatternSource(text, pointer);
  const unicode = compiles(text, "u");
  if (!unicode && !compiles(text, "")) throw invalidSchema(pointer, "a regular expression", shown(text));
  // Without the flag it means a repeated "u", and this pattern cannot have the flag.
  if (!unicode && text.includes("\\u{"))
    throw source.unsupported("a pattern that is correct with the flag u");
  const alternatives: Part[] = [];
  do {
    const opened = source.eat("^");
    const part = readSequence(source, 0);
    if (!opened || !source.eat("$")) throw unanchored(source);
    alternatives.push(part);
  } while (source.eat("|"));
  if (!source.atEnd) throw unanchored(source);
  return { source: text, ...either(alternatives) };
}

function readSequence(source: PatternSource, depth: number): Part {
  const parts: Part[] = [];
  while (!source.atEnd && !["|", ")", "$"].includes(source.peek())) {
    parts.push(readQuantifier(source, readAtom(source, depth)));
  }
  return {
    text: sequence(...parts.map((part) => part.text)),
    min: parts.reduce((sum, part) => sum + part.min, 0),
    max: parts.reduce((sum, part) => sum + part.max, 0),
  };
}

function readAtom(source: PatternSource, depth: number): Part {
  const next = source.next();
  switch (next) {
    case ".":
      return one(DOT);
    case "[":
      return one(readClass(source));
    case "\\":
      return one(readEscape(source));
    case "(":
      return readGroup(source, depth);
    case "^":
      throw unanchored(source);
    case "{":
    case "}":
    case "]":
      throw source.unsupported(`a pattern with "${next}" escaped where it is meant literally`);
    default:
      return one(character(next, source));
  }
}

function readGroup(source: PatternSource, depth: number): Part {
  if (depth === MAX_DEPTH) throw source.unsupported(`a pattern of at most ${MAX_DEPTH} levels of groups`);
  if (source.match(/^\?(:|<[^=!>][^>]*>)/) === null && source.peek() === "?") {
    throw source.unsupported("a pattern without lookarounds and modifiers");
  }
  const alternatives: Part[] = [];
  do {
    alternatives.push(readSequence(source, depth + 1));
  } while (source.eat("|"));
  if (!source.eat(")")) throw unanchored(source);
  return either(alternatives);
}

function readQuantifier(source: PatternSource, part: Part): Part {
  const quantifier = source.match(/^(?:([*+?])|\{(\d+)(,(\d*))?\})\??/);
  if (quantifier === null) return part;
  const [, sign, least = "", comma, most = ""] = quantifier;
  const min = sign === undefined ? Number(least) : sign === "+" ? 1 : 0;
  const max = upperBound(sign, min, comma, most);
  if (Math.max(min, max === Infinity ? 0 : max) > MAX_COUNT) {
    throw source.unsupported(`a pattern that repeats at most ${MAX_COUNT} times`);
  }
  // Such a repetition could go round without taking a character: llama.cpp refuses it as left-recursive.
  if (max === Infinity && part.min === 0) {
    throw source.unsupported("a pattern without unbounded repetition of what may be empty");
  }
  return {
    text: repeat(part.text, min, max),
    min: part.min * min,
    max: part.max === 0 || max === 0 ? 0 : part.max * max,
  };
}

function upperBound(sign: string | undefined, min: number, comma: string | undefined, most: string): number {
  if (sign !== undefined) return sign === "?" ? 1 : Infinity;
  if (comma === undefined) return min;
  return most === "" ? Infinity : Number(most);
}

function one(set: CharSet): Part {
  return { text: spelledCharacter(set), min: 1, max: 1 };
}

function either(parts: readonly Part[]): Part {
  return {
    text: choice(parts.map((part) => part.text)),
    min: Math.min(...parts.map((part) => part.min)),
    max: Math.max(...parts.map((part) => part.max)),
  };
}

function unanchored(source: PatternSource) {
  return source.unsupported(
    "a pattern with ^ at the beginning and $ at the end of every alternative, nowhere else,",
  );
}

function compiles(text: string, flags: string): boolean {
  try {
    new RegExp(text, flags);
    return true;
  } catch {
    return false;
  }
}
