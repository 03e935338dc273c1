import { type CharSet, charactersOf, complement, range, union } from "./char-set.js";
import type { PatternSource } from "./pattern-source.js";

const DIGIT = range("0", "9");
const WORD = union(DIGIT, range("A", "Z"), range("a", "z"), charactersOf("_"));
const SPACE = union(
  charactersOf("\t\n\v\f\r \u00a0\u1680\u2028\u2029\u202f\u205f\u3000\ufeff"),
  range("\u2000", "\u200a"),
);

const ESCAPES: ReadonlyMap<string, CharSet> = new Map([
  ["d", DIGIT],
  ["D", complement(DIGIT)],
  ["w", WORD],
  ["W", complement(WORD)],
  ["s", SPACE],
  ["S", complement(SPACE)],
  ["t", charactersOf("\t")],
  ["n", charactersOf("\n")],
  ["v", charactersOf("\v")],
  ["f", charactersOf("\f")],
  ["r", charactersOf("\r")],
]);

/** What "." matches: no line ends. */
export const DOT = complement(charactersOf("\n\r\u2028\u2029"));

/** The characters of a class whose "[" has been read. */
export function readClass(source: PatternSource): CharSet {
  const negated = source.eat("^");
  const parts: CharSet[] = [];
  while (!source.eat("]")) {
    const first = readMember(source);
    if (source.peek() !== "-" || source.peek(1) === "]") {
      parts.push(first);
      continue;
    }
    source.next();
    parts.push(range(single(first, source), single(readMember(source), source)));
  }
  return negated ? complement(union(...parts)) : union(...parts);
}

/** The characters an escape stands for; its backslash has been read. Escapes of punctuation stand for the character itself. */
export function readEscape(source: PatternSource): CharSet {
  const code = source.match(/^u\{([0-9a-fA-F]+)\}|^u([0-9a-fA-F]{4})|^x([0-9a-fA-F]{2})|^(0)(?![0-9])/);
  if (code !== null) return readCode(source, code.slice(1).find((digits) => digits !== undefined) ?? "");
  const letter = source.next();
  const set = ESCAPES.get(letter);
  if (set !== undefined) return set;
  if (/[A-Za-z0-9]/.test(letter)) throw source.unsupported(`a pattern without \\${letter}`);
  return character(letter, source);
}

/** The one character, which half of a surrogate pair is not. */
export function character(text: string, source: PatternSource): CharSet {
  const set = charactersOf(text);
  if (set.length === 0) throw source.unsupported("a pattern of whole characters");
  return set;
}

function readMember(source: PatternSource): CharSet {
  const next = source.next();
  if (next !== "\\") return character(next, source);
  // Within a class \b is the backspace, elsewhere a word's edge.
  return source.eat("b") ? charactersOf("\b") : readEscape(source);
}

function readCode(source: PatternSource, digits: string): CharSet {
  let text = String.fromCodePoint(Number.parseInt(digits, 16));
  if (/^[\ud800-\udbff]$/.test(text)) {
    const second = source.match(/^\\u([dD][c-fC-F][0-9a-fA-F]{2})/)?.[1];
    text += second === undefined ? "" : String.fromCharCode(Number.parseInt(second, 16));
  }
  return character(text, source);
}

function single(set: CharSet, source: PatternSource): number {
  const [only] = set;
  if (only === undefined || set.length > 1 || only[0] !== only[1]) {
    throw source.unsupported("a pattern whose ranges run from one character to another");
  }
  return only[0];
}
