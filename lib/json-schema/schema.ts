import type { Json } from "./json-value.js";
import type { Pattern } from "./pattern.js";

export const TYPE_NAMES = ["object", "array", "string", "number", "integer", "boolean", "null"] as const;
export type TypeName = (typeof TYPE_NAMES)[number];

/** What the keywords of one schema assert, those aside that only combine other schemas. */
export interface Assertions {
  type?: readonly TypeName[];
  enum?: readonly Json[];
  /** The one value, as a list like that of `enum`. */
  const?: readonly Json[];
  properties?: ReadonlyMap<string, Schema>;
  required?: readonly string[];
  additionalProperties?: Schema;
  prefixItems?: readonly Schema[];
  items?: Schema;
  minItems?: number;
  maxItems?: number;
  minLength?: number;
  maxLength?: number;
  pattern?: Pattern;
  format?: Pattern;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  exclusiveMaximum?: number;
}

export interface Shape extends Readonly<Assertions> {
  /** Different for every shape of a document. */
  readonly id: number;
  /** The JSON pointer of the schema. */
  readonly pointer: string;
}

/** A checked schema: a shape, or schemas of which all or any must hold. `true` is all of none, `false` any of none. */
export type Schema =
  | { readonly kind: "shape"; readonly shape: Shape }
  | { readonly kind: "all"; readonly schemas: readonly Schema[] }
  | { readonly kind: "any"; readonly schemas: readonly Schema[]; readonly pointer: string }
  /** Looked up when it is needed, so that a schema may contain itself. */
  | { readonly kind: "reference"; readonly target: () => Schema; readonly pointer: string };

/** Where the schema stands, or else the first of those it consists of; `true` stands nowhere. */
export function pointerOf(schema: Schema): string | undefined {
  if (schema.kind === "shape") return schema.shape.pointer;
  return schema.kind === "all"
    ? schema.schemas.map(pointerOf).find((at) => at !== undefined)
    : schema.pointer;
}
