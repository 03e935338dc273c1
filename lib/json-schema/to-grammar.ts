import { Compiler } from "./compiler.js";
import { printed } from "./printed.js";
import { pruned } from "./pruned.js";
import { SchemaReader } from "./reader.js";
import { withinLimits } from "./repetitions.js";
import { shared } from "./shared.js";

/**
 * The GBNF grammar, llama.cpp's format, of the JSON documents that fulfil a JSON Schema. Every document it lets through
 * fulfils the schema, with one exception: `oneOf` is read as `anyOf`, so a document may fulfil several of its branches. The
 * name of an additional property may come twice; JSON.parse keeps the last. The same schema always gives the same text.
 *
 * Keywords: `type`, `enum`, `const`, `properties`, `required`, `additionalProperties`, `items`, `prefixItems`, `minItems`,
 * `maxItems`, `minLength`, `maxLength`, `pattern`, `format`, the four bounds of integers, `anyOf`, `oneOf`, `allOf`, `$ref`
 * within the document. Annotations and `uniqueItems: false` are ignored, `$defs` read only where a `$ref` leads; members of
 * undefined are not there.
 *
 * Where the schema leaves a choice, the grammar lets through less than the schema, so that a small model cannot go astray:
 * - Without `additionalProperties`, an object with `properties` has only those, and any that are only `required`. Likewise an
 *   array with `prefixItems` and no `items` ends with them or at `minItems`. `true` opens both.
 * - Without `type`, keywords about objects alone ask for an object, and likewise for arrays, strings and numbers.
 * - Properties come in the order they are declared (merged schemas: in that of their first mention), additional ones last.
 *   Objects in `enum` and `const` keep their own order.
 * - Whitespace stands only inside brackets and after commas and colons: nothing or one space, or, except after colons, one
 *   line end and up to 32 spaces or tabs. There is none before or after the document.
 * - Strings may use any escape, but no half of a surrogate pair. Property names, constants and strings with a pattern or format
 *   are spelled as JSON.stringify does.
 * - Integers have no exponent and no more than 21 digits; numbers are never too large for a double.
 * - A `date` exists, its year has four digits; a `time` has seconds without leap ones and an offset, its letters are capitals.
 *
 * @param schema A JSON Schema (draft 2020-12; `definitions` is read like `$defs`) as parsed JSON: an object or a boolean.
 * @throws {OptionError} SCHEMA_INVALID for a malformed schema, and for one that no document fulfils; SCHEMA_UNSUPPORTED for
 * keywords and combinations that have no grammar here, for schemas nested deeper than 64 levels, for counts above 100000 and
 * for schemas that need more than 20000 rules. The message names the JSON pointer.
 */
export function jsonSchemaToGrammar(schema: unknown): string {
  const rules = new Compiler().compile(new SchemaReader(schema).read(schema, "#"));
  return printed(shared(withinLimits(pruned(rules))));
}
