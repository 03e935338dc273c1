import { isRecord } from "../is.js";
import { invalidSchema, shown } from "./schema-error.js";

/** Whether a $ref is "#" or a JSON pointer within the document; names of anchors and other documents are not. */
export function isLocalReference(reference: string): boolean {
  return reference === "#" || reference.startsWith("#/");
}

/**
 * What stands at a local reference.
 * @throws SCHEMA_INVALID where there is nothing, naming `pointer`, where the $ref stands.
 */
export function resolvePointer(document: unknown, reference: string, pointer: string): unknown {
  let value = document;
  for (const part of reference.split("/").slice(1)) {
    const key = decode(part, pointer);
    const next =
      (isRecord(value) || Array.isArray(value)) && Object.hasOwn(value, key)
        ? (value as Record<string, unknown>)[key]
        : undefined;
    if (next === undefined) throw invalidSchema(pointer, "the place of a schema", shown(reference));
    value = next;
  }
  return value;
}

function decode(part: string, pointer: string): string {
  try {
    return decodeURIComponent(part).replaceAll("~1", "/").replaceAll("~0", "~");
  } catch {
    throw invalidSchema(pointer, "a percent-encoded reference", shown(part));
  }
}
