import type { Conjunction } from "./alternatives.js";
import { COLON, COMMA, STRING, WS } from "./builtin-rules.js";
import type { CompileContext } from "./compile-context.js";
import { given } from "./conjunction.js";
import { choice, EMPTY, type Expression, literal, optional, repeat, sequence } from "./expression.js";
import { otherNames } from "./other-names.js";
import type { Schema } from "./schema.js";

interface Property {
  readonly name: string;
  readonly text: Expression;
  readonly required: boolean;
}

/** An object: the declared properties in the order they are declared, then additional ones. */
export function objectExpression(shapes: Conjunction, context: CompileContext): Expression {
  const names = propertyNames(shapes);
  const required = new Set(given(shapes, "required").flat());
  const properties = names.map((name) => ({
    name,
    text: sequence(literal(JSON.stringify(name)), COLON, context.document(schemasOf(shapes, name))),
    required: required.has(name),
  }));
  const additional = additionalSchemas(shapes);
  const extra =
    additional &&
    context.rule("other", sequence(otherName(names, context), COLON, context.document(additional)));

  const members = properties.some((property) => property.required)
    ? sequence(aroundRequired(properties), following(extra), WS)
    : optional(sequence(anyFirst(properties, extra, context), WS));
  return sequence(literal("{"), WS, members, literal("}"));
}

function propertyNames(shapes: Conjunction): string[] {
  const declared = given(shapes, "properties").flatMap((properties) => [...properties.keys()]);
  return [...new Set([...declared, ...given(shapes, "required").flat()])];
}

/** What holds for a property: `properties` of the shapes that declare it, `additionalProperties` of those that do not. */
function schemasOf(shapes: Conjunction, name: string): Schema[] {
  return shapes.flatMap((shape) => {
    const schema = shape.properties?.get(name) ?? shape.additionalProperties;
    return schema === undefined ? [] : [schema];
  });
}

/** What holds for additional properties; null: there are none, because properties were declared and nothing else said. */
function additionalSchemas(shapes: Conjunction): Schema[] | null {
  const schemas = given(shapes, "additionalProperties");
  return schemas.length === 0 && given(shapes, "properties").length > 0 ? null : schemas;
}

function otherName(names: readonly string[], context: CompileContext): Expression {
  return names.length === 0 ? STRING : sequence(literal('"'), otherNames(names, context), literal('"'));
}

/** Any number of additional properties after another one. */
function following(extra: Expression | null): Expression {
  return extra === null ? EMPTY : repeat(sequence(COMMA, extra), 0, Infinity);
}

/** Where a property is required the commas can hang on it: those before it end in one, those after begin with one. */
function aroundRequired(properties: readonly Property[]): Expression {
  const first = properties.findIndex((property) => property.required);
  return sequence(
    ...properties.map(({ text, required }, i) => {
      const withComma = i < first ? sequence(text, COMMA) : i === first ? text : sequence(COMMA, text);
      return required ? withComma : optional(withComma);
    }),
  );
}

/** Where none is required, any may be the first; those after it begin with a comma. */
function anyFirst(
  properties: readonly Property[],
  extra: Expression | null,
  context: CompileContext,
): Expression {
  const starts = extra === null ? [] : [sequence(extra, following(extra))];
  let rest = following(extra);
  for (const { name, text } of properties.toReversed()) {
    const property = context.rule(`property-${name}`, text);
    starts.unshift(sequence(property, rest));
    rest = context.rule(`from-${name}`, sequence(optional(sequence(COMMA, property)), rest));
  }
  return choice(starts);
}
