import { MAX_ALTERNATIVES, MAX_DEPTH } from "./limits.js";
import { pointerOf, type Schema, type Shape } from "./schema.js";
import { invalidSchema, unsupportedSchema } from "./schema-error.js";

/** Shapes that one document must fulfil together. */
export type Conjunction = readonly Shape[];

/** Without it, schemas that refer to another twice, that to a third twice and so on would take for ever. */
const known = new WeakMap<Schema, readonly Conjunction[]>();

/**
 * The ways to fulfil all of the schemas: a document must fulfil the shapes of one conjunction (disjunctive normal form).
 * @throws SCHEMA_INVALID for a reference that leads back to itself without passing a property or an item;
 * SCHEMA_UNSUPPORTED for more than 2000 combinations, or hundreds of references and combinations within each other.
 */
export function alternatives(schemas: readonly Schema[]): readonly Conjunction[] {
  return product(schemas, []);
}

function expand(schema: Schema, path: readonly Schema[]): readonly Conjunction[] {
  const ways = known.get(schema) ?? expandNew(schema, path);
  known.set(schema, ways);
  return ways;
}

function expandNew(schema: Schema, path: readonly Schema[]): readonly Conjunction[] {
  if (schema.kind === "shape") return [[schema.shape]];
  const inner = [...path, schema];
  if (schema.kind === "all") return product(schema.schemas, inner);
  if (path.includes(schema)) {
    throw invalidSchema(schema.pointer, "a schema", "one that only leads back to itself");
  }
  if (path.length > 4 * MAX_DEPTH) {
    throw unsupportedSchema(
      schema.pointer,
      "fewer references and combinations within each other",
      "too many",
    );
  }
  return schema.kind === "reference"
    ? expand(schema.target(), inner)
    : schema.schemas.flatMap((branch) => expand(branch, inner));
}

function product(schemas: readonly Schema[], path: readonly Schema[]): readonly Conjunction[] {
  let combinations: readonly Conjunction[] = [[]];
  for (const schema of schemas) {
    const ways = expand(schema, path);
    if (ways.length * combinations.length > MAX_ALTERNATIVES) {
      const expected = `at most ${MAX_ALTERNATIVES} combinations of anyOf and oneOf`;
      throw unsupportedSchema(pointerOf(schema) ?? "#", expected, "more");
    }
    combinations = combinations.flatMap((shapes) => ways.map((way) => together(shapes, way)));
  }
  return combinations;
}

function together(a: Conjunction, b: Conjunction): Conjunction {
  return [...a, ...b.filter((shape) => !a.includes(shape))];
}
