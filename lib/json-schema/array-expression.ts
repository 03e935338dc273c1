import type { Conjunction } from "./alternatives.js";
import { COMMA, WS } from "./builtin-rules.js";
import type { CompileContext } from "./compile-context.js";
import { given } from "./conjunction.js";
import { EMPTY, type Expression, literal, NEVER, optional, repeat, sequence } from "./expression.js";
import type { Schema } from "./schema.js";

/** An array: the items of `prefixItems`, each at its place, then those of `items`. */
export function arrayExpression(shapes: Conjunction, context: CompileContext): Expression {
  const prefixes = given(shapes, "prefixItems").map((schemas) => schemas.length);
  const min = Math.max(0, ...given(shapes, "minItems"));
  // Where nothing is said about items after the prefix there are none, as with undeclared properties.
  const closed = prefixes.length > 0 && given(shapes, "items").length === 0;
  const end = closed ? Math.max(min, ...prefixes) : Infinity;
  const max = Math.min(end, ...given(shapes, "maxItems"));
  if (min > max) return NEVER;

  // At least one place, so that the item without a comma before it is among them.
  const places = Math.min(max, Math.max(1, ...prefixes));
  const item = (i: number) => context.document(schemasAt(shapes, i));
  let rest =
    max > places ? repeat(sequence(COMMA, item(places)), Math.max(0, min - places), max - places) : EMPTY;
  for (let i = places - 1; i > 0; i--) {
    const items = sequence(COMMA, item(i), rest);
    rest = context.rule("items", i < min ? items : optional(items));
  }
  const items = places === 0 ? EMPTY : sequence(item(0), rest, WS);
  return sequence(literal("["), WS, min > 0 ? items : optional(items), literal("]"));
}

/** What holds for the item at the place: `prefixItems` of the shapes that reach so far, `items` of the others. */
function schemasAt(shapes: Conjunction, place: number): Schema[] {
  return shapes.flatMap((shape) => {
    const schema = shape.prefixItems?.[place] ?? shape.items;
    return schema === undefined ? [] : [schema];
  });
}
