import { createError, type OptionError } from "../errors.js";
import { isRecord } from "../is.js";

/** A schema that is malformed, or that no document fulfils. `pointer` is the JSON pointer, "#" for the whole schema. */
export function invalidSchema(pointer: string, expected: string, received: string): OptionError {
  return createError("SCHEMA_INVALID", `Expected ${expected} for ${pointer} but received ${received}`);
}

/** A correct schema that has no grammar here. */
export function unsupportedSchema(pointer: string, expected: string, received: string): OptionError {
  return createError("SCHEMA_UNSUPPORTED", `Expected ${expected} for ${pointer} but received ${received}`);
}

/** A value as an error message names it. */
export function shown(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (Array.isArray(value)) return value.length === 0 ? "an empty array" : "an array";
  if (isRecord(value)) return "an object";
  if (typeof value === "function") return "a function";
  const text = typeof value === "string" ? JSON.stringify(value) : String(value);
  return `${text.length > 60 ? `${text.slice(0, 57)}…` : text} of type ${typeof value}`;
}

/** The pointer of a member of what stands at `pointer`. */
export function member(pointer: string, key: string | number): string {
  return `${pointer}/${String(key).replaceAll("~", "~0").replaceAll("/", "~1")}`;
}
