import { type CharSet, charactersOf, contains, intersect, range, subtract, union } from "./char-set.js";
import { characters, choice, type Expression, literal, sequence } from "./expression.js";

const SHORT_ESCAPES = { '"': '"', "\\": "\\", b: "\b", f: "\f", n: "\n", r: "\r", t: "\t" };
const SHORTLY_ESCAPED = charactersOf(Object.values(SHORT_ESCAPES).join(""));
const CONTROLS = range(0, 0x1f);
const MUST_BE_ESCAPED = union(CONTROLS, charactersOf('"\\'));

/** A text as it stands between the quotes of a JSON string, spelled as JSON.stringify does. */
export function spelled(text: string): Expression {
  return literal(JSON.stringify(text).slice(1, -1));
}

/**
 * One character of the set within a JSON string, spelled as JSON.stringify does: each has one spelling, so what a pattern or
 * a name leaves out cannot come back as an escape.
 */
export function spelledCharacter(set: CharSet): Expression {
  const raw = characters(subtract(set, MUST_BE_ESCAPED));
  const short = Object.entries(SHORT_ESCAPES).filter(([, meant]) => contains(set, meant));
  const long = subtract(intersect(set, CONTROLS), SHORTLY_ESCAPED);
  return choice([
    raw,
    sequence(literal("\\"), characters(charactersOf(short.map(([letter]) => letter).join("")))),
    ...["0", "1"].map((digit) => sequence(literal(`\\u00${digit}`), characters(lastHexDigits(long, digit)))),
  ]);
}

/** The last digits of those of the control characters whose last but one hexadecimal digit is `digit`. */
function lastHexDigits(controls: CharSet, digit: string): CharSet {
  return charactersOf(
    [..."0123456789abcdef"].filter((last) => contains(controls, fromHex(digit + last))).join(""),
  );
}

function fromHex(digits: string): string {
  return String.fromCodePoint(Number.parseInt(digits, 16));
}
