import { NAME_CHARACTER } from "./builtin-rules.js";
import { charactersOf, complement, union } from "./char-set.js";
import type { CompileContext } from "./compile-context.js";
import { choice, type Expression, optional, repeat, sequence } from "./expression.js";
import { spelled, spelledCharacter } from "./string-text.js";

/** Every property name but the given ones, without its quotes. */
export function otherNames(names: readonly string[], context: CompileContext): Expression {
  return restOfName(
    // Half a surrogate pair cannot be written as a character, so nothing has to be kept from writing it.
    names.filter((name) => !/\p{Surrogate}/u.test(name)).map((name) => [...name]),
    context,
  );
}

/** What may follow a beginning that the names share, given as the characters that each has left. */
function restOfName(names: readonly (readonly string[])[], context: CompileContext): Expression {
  const groups = new Map<string, string[][]>();
  for (const [first, ...rest] of names) {
    if (first !== undefined) groups.set(first, [...(groups.get(first) ?? []), rest]);
  }
  const leaving = complement(union(...[...groups.keys()].map(charactersOf)));
  const further = choice([
    ...[...groups].map(([first, rests]) =>
      sequence(spelled(first), context.rule("other-name", restOfName(rests, context))),
    ),
    sequence(spelledCharacter(leaving), repeat(NAME_CHARACTER, 0, Infinity)),
  ]);
  return names.some((name) => name.length === 0) ? further : optional(further);
}
