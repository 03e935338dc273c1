import { ANY_CHARACTER, charactersOf, range, subtract, union } from "./char-set.js";
import {
  characters,
  choice,
  type Expression,
  literal,
  optional,
  repeat,
  rule,
  sequence,
} from "./expression.js";
import { integersBetween } from "./integer-range.js";
import { spelledCharacter } from "./string-text.js";

/** Enough for sixteen levels of two spaces, few enough that a small model cannot idle in them for long. */
const MAX_INDENT = 32;

const DIGIT = range("0", "9");
const HEX = union(DIGIT, range("A", "F"), range("a", "f"));
const D = charactersOf("dD");

const digits = (min: number, max: number) => repeat(characters(DIGIT), min, max);
const hex = (count: number) => repeat(characters(HEX), count, count);

/** Between the parts of objects and arrays: nothing, one space, or one line end and its indent. */
export const WS = rule("ws");
export const COMMA = sequence(literal(","), WS);
export const COLON = sequence(literal(":"), optional(literal(" ")));
export const STRING = rule("string");
export const STRING_CHARACTER = rule("char");
/** A character of a property name, in the one spelling that JSON.stringify gives it. */
export const NAME_CHARACTER = rule("name-char");
export const NUMBER = rule("number");
export const INTEGER = rule("integer");
export const BOOLEAN = choice([literal("true"), literal("false")]);
export const NULL = literal("null");

export const BUILTIN_RULES: Readonly<Record<string, Expression>> = {
  ws: optional(
    choice([literal(" "), sequence(literal("\n"), repeat(characters(charactersOf(" \t")), 0, MAX_INDENT))]),
  ),
  string: sequence(literal('"'), repeat(STRING_CHARACTER, 0, Infinity), literal('"')),
  char: choice([
    characters(subtract(ANY_CHARACTER, union(range(0, 0x1f), charactersOf('"\\')))),
    sequence(literal("\\"), choice([characters(charactersOf('"\\/bfnrt')), unicodeEscape()])),
  ]),
  "name-char": spelledCharacter(ANY_CHARACTER),
  number: number(),
  integer: integersBetween(null, null),
};

/** A character as \u and four hexadecimal digits, one beyond U+FFFF as two of them: what counts as one for minLength. */
function unicodeEscape(): Expression {
  const pair = [characters(charactersOf("89abAB")), hex(2), literal("\\u"), characters(D)];
  return sequence(
    literal("u"),
    choice([
      sequence(characters(subtract(HEX, D)), hex(3)),
      sequence(
        characters(D),
        choice([
          sequence(characters(range("0", "7")), hex(2)),
          sequence(...pair, characters(union(range("c", "f"), range("C", "F"))), hex(2)),
        ]),
      ),
    ]),
  );
}

/**
 * As many digits as JSON.stringify may need, and no more. Only one digit stands before the point of a number with an
 * exponent, and that is at most 307, so that no number is too large to be read back.
 */
function number(): Expression {
  const fraction = optional(sequence(literal("."), digits(1, 22)));
  const whole = choice([literal("0"), sequence(characters(range("1", "9")), digits(0, 20))]);
  const upTo307 = choice([
    digits(1, 2),
    sequence(characters(charactersOf("12")), digits(2, 2)),
    sequence(literal("30"), characters(range("0", "7"))),
  ]);
  const exponent = sequence(
    characters(charactersOf("eE")),
    choice([sequence(literal("-"), digits(1, 3)), sequence(optional(literal("+")), upTo307)]),
  );
  return sequence(
    optional(literal("-")),
    choice([sequence(whole, fraction), sequence(digits(1, 1), fraction, exponent)]),
  );
}
