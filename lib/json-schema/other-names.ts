import { NAME_CHARACTER } from "./builtin-rules.js";
import { charactersOf, complement, union } from "./char-set.js";
import type { CompileContext } from "./compile-context.js";
import { choice, EMPTY, type Expression, optional, repeat, sequence } from "./expression.js";
import { spelled, spelledCharacter } from "./string-text.js";

/** Every property name but the given ones, without its quotes: a rule for what may follow each of their beginnings. */
export function otherNames(names: readonly string[], context: CompileContext): Expression {
  // Half a surrogate pair cannot be written as a character, so nothing has to be kept from writing it.
  const excluded = new Set(names.filter((name) => !/\p{Surrogate}/u.test(name)));
  const rests = new Map<string, Expression>();
  // The longest first, since what follows the shorter ones refers to them.
  for (const [beginning, nexts] of [...beginnings(excluded)].reverse()) {
    const leaving = complement(union(...[...nexts].map(charactersOf)));
    const further = choice([
      ...[...nexts].map((next) => sequence(spelled(next), rests.get(beginning + next) ?? EMPTY)),
      sequence(spelledCharacter(leaving), repeat(NAME_CHARACTER, 0, Infinity)),
    ]);
    rests.set(beginning, context.rule("other-name", excluded.has(beginning) ? further : optional(further)));
  }
  return rests.get("") ?? EMPTY;
}

/** The beginnings of the names with the characters that lead on from them, shorter ones before those they lead to. */
function beginnings(names: Iterable<string>): Map<string, Set<string>> {
  const found = new Map([["", new Set<string>()]]);
  for (const name of names) {
    let beginning = "";
    for (const character of name) {
      found.get(beginning)?.add(character);
      beginning += character;
      if (!found.has(beginning)) found.set(beginning, new Set());
    }
  }
  return found;
}
