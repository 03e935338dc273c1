import type { Conjunction } from "./alternatives.js";
import { STRING, STRING_CHARACTER } from "./builtin-rules.js";
import { given, keywordPointer } from "./conjunction.js";
import { type Expression, literal, NEVER, repeat, sequence } from "./expression.js";
import { unsupportedSchema } from "./schema-error.js";

/**
 * A string. Without a pattern it may be spelled with any escape, with one only as JSON.stringify spells it.
 * @throws SCHEMA_UNSUPPORTED for two patterns or formats, or a pattern whose matches the lengths would cut.
 */
export function stringExpression(shapes: Conjunction): Expression {
  const min = Math.max(0, ...given(shapes, "minLength"));
  const max = Math.min(Infinity, ...given(shapes, "maxLength"));
  if (min > max) return NEVER;
  const patterns = [...given(shapes, "pattern"), ...given(shapes, "format")];
  const [pattern] = patterns;
  if (pattern === undefined && min === 0 && max === Infinity) return STRING;
  if (pattern === undefined) return quoted(repeat(STRING_CHARACTER, min, max));

  const other = patterns.find(({ source }) => source !== pattern.source);
  if (other !== undefined) {
    const keyword = given(shapes, "format").includes(other) ? "format" : "pattern";
    throw unsupportedSchema(keywordPointer(shapes, keyword), "one pattern or format", "a second one");
  }
  if (pattern.max < min || pattern.min > max) return NEVER;
  if (pattern.min < min || pattern.max > max) {
    const keyword = pattern.min < min ? "minLength" : "maxLength";
    const lengths = `${pattern.min} to ${pattern.max} characters`;
    throw unsupportedSchema(
      keywordPointer(shapes, keyword),
      "a length that the pattern ensures",
      `a pattern of ${lengths}`,
    );
  }
  return quoted(pattern.text);
}

function quoted(text: Expression): Expression {
  return sequence(literal('"'), text, literal('"'));
}
