import { isRecord } from "../is.js";
import { MAX_DEPTH } from "./limits.js";
import { invalidSchema, member, shown, unsupportedSchema } from "./schema-error.js";

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/**
 * The value as JSON.stringify writes it: members of undefined are left out.
 * @throws SCHEMA_INVALID for what JSON cannot express; SCHEMA_UNSUPPORTED for values nested deeper than 64 levels.
 */
export function jsonValue(value: unknown, pointer: string, parents: readonly object[] = []): Json {
  if (value === null || typeof value === "boolean" || typeof value === "string") return value;
  if (typeof value === "number" && Number.isFinite(value)) return value;
  if (!Array.isArray(value) && !isPlainObject(value)) {
    throw invalidSchema(pointer, "a JSON value", shown(value));
  }
  if (parents.includes(value)) throw invalidSchema(pointer, "a JSON value", "an object that contains itself");
  if (parents.length === MAX_DEPTH) {
    throw unsupportedSchema(pointer, `a value of at most ${MAX_DEPTH} levels`, "a deeper one");
  }
  const inner = [...parents, value];
  if (Array.isArray(value)) return value.map((item, i) => jsonValue(item, member(pointer, i), inner));
  return Object.fromEntries(
    definedEntries(value).map(([key, item]) => [key, jsonValue(item, member(pointer, key), inner)]),
  );
}

/** The members that are not undefined: an undefined member is one not given. */
export function definedEntries(value: Record<string, unknown>): [string, unknown][] {
  return Object.entries(value).filter(([, item]) => item !== undefined);
}

/** Equal for equal JSON values, whatever the order of their members. */
export function jsonKey(value: Json): string {
  return JSON.stringify(value, (_, item: unknown) =>
    isRecord(item) ? Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1))) : item,
  );
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (!isRecord(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  // An object of another realm has an Object.prototype of its own.
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
