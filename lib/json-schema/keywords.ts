import { isRecord, nearest } from "../is.js";
import { formatPattern } from "./formats.js";
import { definedEntries, jsonValue } from "./json-value.js";
import { MAX_COUNT } from "./limits.js";
import { type Pattern, parsePattern } from "./pattern.js";
import { type Assertions, type Schema, TYPE_NAMES, type TypeName } from "./schema.js";
import { invalidSchema, member, shown, unsupportedSchema } from "./schema-error.js";

/** Checks the schema at a pointer below the one being read. */
export type ReadSchema = (value: unknown, pointer: string) => Schema;

type Reader<T> = (value: unknown, pointer: string, read: ReadSchema) => T;

/** How each asserting keyword is checked. All throw SCHEMA_INVALID or SCHEMA_UNSUPPORTED. */
export const READERS: { readonly [K in keyof Assertions]-?: Reader<NonNullable<Assertions[K]>> } = {
  type: types,
  enum: (value, at) => list(value, at, "values").map((item, i) => jsonValue(item, member(at, i))),
  const: (value, at) => [jsonValue(value, at)],
  properties: (value, at, read) =>
    new Map(definedEntries(object(value, at)).map(([key, item]) => [key, read(item, member(at, key))])),
  required: names,
  additionalProperties: (value, at, read) => read(value, at),
  prefixItems: readSchemas,
  items: readItems,
  minItems: count,
  maxItems: count,
  minLength: count,
  maxLength: count,
  pattern: (value, at) => parsePattern(string(value, at), at),
  format: readFormat,
  minimum: number,
  maximum: number,
  exclusiveMinimum: number,
  exclusiveMaximum: number,
};

export function isAsserting(keyword: string): keyword is keyof Assertions {
  return Object.hasOwn(READERS, keyword);
}

/** A non-empty list of schemas, as `anyOf` and `prefixItems` have. */
export function readSchemas(value: unknown, pointer: string, read: ReadSchema): Schema[] {
  return list(value, pointer, "schemas").map((item, i) => read(item, member(pointer, i)));
}

export function object(value: unknown, pointer: string): Record<string, unknown> {
  if (!isRecord(value)) throw invalidSchema(pointer, "an object", shown(value));
  return value;
}

export function string(value: unknown, pointer: string): string {
  if (typeof value !== "string") throw invalidSchema(pointer, "a string", shown(value));
  return value;
}

export function boolean(value: unknown, pointer: string): boolean {
  if (typeof value !== "boolean") throw invalidSchema(pointer, "true or false", shown(value));
  return value;
}

function list(value: unknown, pointer: string, of: string): unknown[] {
  if (!Array.isArray(value) || value.length === 0) {
    throw invalidSchema(pointer, `a non-empty array of ${of}`, shown(value));
  }
  return value;
}

function types(value: unknown, pointer: string): TypeName[] {
  if (!Array.isArray(value)) return [typeName(value, pointer)];
  return list(value, pointer, "types").map((item, i) => typeName(item, member(pointer, i)));
}

function typeName(value: unknown, pointer: string): TypeName {
  const found = TYPE_NAMES.find((name) => name === value);
  if (found !== undefined) return found;
  const meant = typeof value === "string" ? nearest(value, TYPE_NAMES) : undefined;
  throw invalidSchema(
    pointer,
    `one of ${TYPE_NAMES.join(", ")}`,
    shown(value) + (meant === undefined ? "" : `; did you mean ${JSON.stringify(meant)}?`),
  );
}

function names(value: unknown, pointer: string): string[] {
  if (!Array.isArray(value)) throw invalidSchema(pointer, "an array of property names", shown(value));
  return value.map((item, i) => string(item, member(pointer, i)));
}

function readItems(value: unknown, pointer: string, read: ReadSchema): Schema {
  // Up to draft 2019-09 a list here was what prefixItems is today.
  if (Array.isArray(value)) {
    throw unsupportedSchema(pointer, "one schema, with lists in prefixItems,", shown(value));
  }
  return read(value, pointer);
}

function count(value: unknown, pointer: string): number {
  if (typeof value !== "number" || !Number.isInteger(value) || value < 0) {
    throw invalidSchema(pointer, "a non-negative integer", shown(value));
  }
  if (value > MAX_COUNT) throw unsupportedSchema(pointer, `at most ${MAX_COUNT}`, shown(value));
  return value;
}

function number(value: unknown, pointer: string): number {
  if (typeof value !== "number" || !Number.isFinite(value)) {
    throw invalidSchema(pointer, "a finite number", shown(value));
  }
  return value;
}

function readFormat(value: unknown, pointer: string): Pattern {
  return formatPattern(string(value, pointer), pointer);
}
