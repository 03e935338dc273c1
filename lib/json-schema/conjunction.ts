import type { Conjunction } from "./alternatives.js";
import { type Json, jsonKey } from "./json-value.js";
import { type Assertions, TYPE_NAMES, type TypeName } from "./schema.js";
import { member, unsupportedSchema } from "./schema-error.js";

/** The keywords that say something about values of one type only. */
const KEYWORDS_OF: Readonly<Partial<Record<TypeName, readonly (keyof Assertions)[]>>> = {
  object: ["properties", "required", "additionalProperties"],
  array: ["prefixItems", "items", "minItems", "maxItems"],
  string: ["minLength", "maxLength", "pattern", "format"],
  number: ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"],
};

/** What the shapes have for the keyword, where they have it. */
export function given<K extends keyof Assertions>(
  shapes: Conjunction,
  keyword: K,
): NonNullable<Assertions[K]>[] {
  return shapes.flatMap((shape) => {
    const value = shape[keyword];
    return value === undefined ? [] : [value as NonNullable<Assertions[K]>];
  });
}

/** Where the keyword stands first. */
export function keywordPointer(shapes: Conjunction, keyword: keyof Assertions): string {
  const shape = shapes.find((shape) => shape[keyword] !== undefined) ?? shapes[0];
  return member(shape?.pointer ?? "#", keyword);
}

/** Whether JSON Schema's `type` accepts values of the type: integers are numbers too. */
function accepts(types: readonly TypeName[], type: TypeName): boolean {
  return types.includes(type) || (type === "integer" && types.includes("number"));
}

/**
 * The types a document may have, "integer" only where "number" is not among them. Without `type`, keywords that are about
 * objects alone ask for an object, and likewise the others; without such keywords every type may be.
 */
export function typesOf(shapes: Conjunction): TypeName[] {
  const explicit = given(shapes, "type");
  const spokenOf = TYPE_NAMES.filter((type) => firstKeyword(shapes, type) !== undefined);
  const lists = explicit.length > 0 || spokenOf.length === 0 ? explicit : [spokenOf];
  const types = TYPE_NAMES.filter((type) => lists.every((list) => accepts(list, type)));
  return types.includes("number") ? types.filter((type) => type !== "integer") : types;
}

/**
 * The values that `enum` and `const` leave, or null where there is neither.
 * @throws SCHEMA_UNSUPPORTED where other keywords than `type` would have to be checked on a value.
 */
export function valuesOf(shapes: Conjunction): Json[] | null {
  const [first, ...others] = [...given(shapes, "enum"), ...given(shapes, "const")];
  if (first === undefined) return null;
  const sets = others.map((values) => new Set(values.map(jsonKey)));
  const types = given(shapes, "type");
  const values = first.filter(
    (value) =>
      sets.every((set) => set.has(jsonKey(value))) && types.every((list) => accepts(list, typeOf(value))),
  );
  for (const value of values) {
    const type = typeOf(value);
    const keyword = firstKeyword(shapes, type === "integer" ? "number" : type);
    if (keyword !== undefined) {
      const pointer = keywordPointer(shapes, keyword);
      throw unsupportedSchema(pointer, "only type beside enum and const", JSON.stringify(keyword));
    }
  }
  return values;
}

function firstKeyword(shapes: Conjunction, type: TypeName): keyof Assertions | undefined {
  return KEYWORDS_OF[type]?.find((keyword) => given(shapes, keyword).length > 0);
}

function typeOf(value: Json): TypeName {
  if (value === null) return "null";
  if (typeof value === "number") return Number.isInteger(value) ? "integer" : "number";
  if (typeof value === "boolean") return "boolean";
  if (typeof value === "string") return "string";
  return Array.isArray(value) ? "array" : "object";
}
