import { isRecord } from "../is.js";
import { definedEntries } from "./json-value.js";
import { boolean, isAsserting, object, READERS, type ReadSchema, readSchemas, string } from "./keywords.js";
import { MAX_DEPTH } from "./limits.js";
import { isLocalReference, resolvePointer } from "./reference.js";
import type { Assertions, Schema, Shape } from "./schema.js";
import { invalidSchema, member, shown, unsupportedSchema } from "./schema-error.js";

const ANNOTATIONS = new Set([
  "title",
  "description",
  "default",
  "examples",
  "$schema",
  "$id",
  "$comment",
  "deprecated",
  "readOnly",
  "writeOnly",
]);

/** Pairs of keywords that contradict each other where the first is the larger. */
const RANGES = [
  ["minItems", "maxItems"],
  ["minLength", "maxLength"],
  ["minimum", "maximum"],
] as const;

/** Turns the schemas of one document from whatever the caller passed into checked ones, each once. */
export class SchemaReader {
  readonly #document: unknown;
  readonly #schemas = new Map<object, Schema>();
  #shapes = 0;

  constructor(document: unknown) {
    this.#document = document;
  }

  /** @throws SCHEMA_INVALID, SCHEMA_UNSUPPORTED */
  read(value: unknown, pointer: string, parents: readonly Record<string, unknown>[] = []): Schema {
    if (value === true) return { kind: "all", schemas: [] };
    if (value === false) return { kind: "any", schemas: [], pointer };
    if (!isRecord(value)) throw invalidSchema(pointer, "a schema, object or boolean,", shown(value));
    if (parents.includes(value)) throw invalidSchema(pointer, "a schema", "an object that contains itself");
    if (parents.length === MAX_DEPTH) {
      throw unsupportedSchema(pointer, `at most ${MAX_DEPTH} levels of schemas`, "a deeper one");
    }
    const known = this.#schemas.get(value);
    if (known !== undefined) return known;
    const schema = this.#readObject(value, pointer, [...parents, value]);
    this.#schemas.set(value, schema);
    return schema;
  }

  #readObject(
    value: Record<string, unknown>,
    pointer: string,
    parents: readonly Record<string, unknown>[],
  ): Schema {
    const assertions: Assertions = {};
    const parts: Schema[] = [];
    const read: ReadSchema = (inner, at) => this.read(inner, at, parents);
    for (const [keyword, content] of definedEntries(value)) {
      const at = member(pointer, keyword);
      if (ANNOTATIONS.has(keyword)) continue;
      if (isAsserting(keyword)) {
        Object.assign(assertions, { [keyword]: READERS[keyword](content, at, read) });
        continue;
      }
      switch (keyword) {
        case "$defs":
        case "definitions":
          object(content, at);
          break;
        case "uniqueItems":
          if (boolean(content, at)) throw unsupportedKeyword(keyword, pointer);
          break;
        case "allOf":
          parts.push({ kind: "all", schemas: readSchemas(content, at, read) });
          break;
        case "anyOf":
        case "oneOf":
          parts.push({ kind: "any", schemas: readSchemas(content, at, read), pointer: at });
          break;
        case "$ref":
          parts.push(this.#reference(string(content, at), at, parents));
          break;
        default:
          throw unsupportedKeyword(keyword, pointer);
      }
    }
    return this.#combine(assertions, parts, pointer);
  }

  #combine(assertions: Assertions, parts: readonly Schema[], pointer: string): Schema {
    for (const [min, max] of RANGES) {
      const [least, most] = [assertions[min], assertions[max]];
      if (least !== undefined && most !== undefined && least > most) {
        throw invalidSchema(member(pointer, max), `at least the ${least} of ${min}`, shown(most));
      }
    }
    if (Object.keys(assertions).length === 0) return { kind: "all", schemas: parts };
    const shape: Shape = { id: this.#shapes++, pointer, ...assertions };
    return { kind: "all", schemas: [{ kind: "shape", shape }, ...parts] };
  }

  #reference(text: string, pointer: string, parents: readonly Record<string, unknown>[]): Schema {
    // An $id further in begins a document of its own, which "#" would then mean.
    const foreign = parents.some((parent) => parent !== this.#document && parent.$id !== undefined);
    if (!isLocalReference(text) || foreign) {
      throw unsupportedSchema(pointer, 'a $ref within the document ("#", "#/$defs/…")', shown(text));
    }
    const target = () => this.read(resolvePointer(this.#document, text, pointer), text);
    return { kind: "reference", target, pointer };
  }
}

function unsupportedKeyword(keyword: string, pointer: string): Error {
  return unsupportedSchema(member(pointer, keyword), "a supported keyword", JSON.stringify(keyword));
}
