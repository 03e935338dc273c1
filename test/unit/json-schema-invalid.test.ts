import t from "tap";
import { checkRefused, type Refusal } from "../helpers/json-schema.js";

const cyclic: Record<string, unknown> = { type: "array" };
cyclic.items = { anyOf: [{ type: "null" }, cyclic] };
const cyclicValue: unknown[] = [];
cyclicValue.push({ a: cyclicValue });

const malformed: Refusal[] = [
  [null, "a schema, object or boolean,", "#", "null"],
  ["string", "a schema, object or boolean,", "#", '"string" of type string'],
  [{ properties: { a: 1 } }, "a schema, object or boolean,", "#/properties/a", "1 of type number"],
  [{ properties: [] }, "an object", "#/properties", "an empty array"],
  [{ type: [] }, "a non-empty array of types", "#/type", "an empty array"],
  [
    { type: [1] },
    "one of object, array, string, number, integer, boolean, null",
    "#/type/0",
    "1 of type number",
  ],
  [{ enum: [] }, "a non-empty array of values", "#/enum", "an empty array"],
  [{ enum: "a" }, "a non-empty array of values", "#/enum", '"a" of type string'],
  [{ enum: [1, [Number.NaN]] }, "a JSON value", "#/enum/1/0", "NaN of type number"],
  [{ const: { a: new Date(0) } }, "a JSON value", "#/const/a", "an object"],
  [{ const: 1n }, "a JSON value", "#/const", "1 of type bigint"],
  [{ const: cyclicValue }, "a JSON value", "#/const/0/a", "an object that contains itself"],
  [{ required: "a" }, "an array of property names", "#/required", '"a" of type string'],
  [{ required: ["a", 1] }, "a string", "#/required/1", "1 of type number"],
  [{ prefixItems: [] }, "a non-empty array of schemas", "#/prefixItems", "an empty array"],
  [{ minItems: -1 }, "a non-negative integer", "#/minItems", "-1 of type number"],
  [{ maxLength: 1.5 }, "a non-negative integer", "#/maxLength", "1.5 of type number"],
  [{ minimum: "1" }, "a finite number", "#/minimum", '"1" of type string'],
  [{ exclusiveMinimum: true }, "a finite number", "#/exclusiveMinimum", "true of type boolean"],
  [{ pattern: "^($" }, "a regular expression", "#/pattern", '"^($" of type string'],
  [{ pattern: /a/ }, "a string", "#/pattern", "an object"],
  [{ uniqueItems: 1 }, "true or false", "#/uniqueItems", "1 of type number"],
  [{ $defs: [] }, "an object", "#/$defs", "an empty array"],
  [{ items: { anyOf: {} } }, "a non-empty array of schemas", "#/items/anyOf", "an object"],
  [{ $ref: 1 }, "a string", "#/$ref", "1 of type number"],
  [{ $ref: "#/$defs/a" }, "the place of a schema", "#/$ref", '"#/$defs/a" of type string'],
  [{ $ref: "#/toString" }, "the place of a schema", "#/$ref", '"#/toString" of type string'],
  [{ $ref: "#/%" }, "a percent-encoded reference", "#/$ref", '"%" of type string'],
  [cyclic, "a schema", "#/items/anyOf/1", "an object that contains itself"],
];

const unfulfillable = "a schema that some JSON document fulfils";
const unsatisfiable: Refusal[] = [
  [false, unfulfillable, "#", "one that none does"],
  [{ minItems: 3, maxItems: 2 }, "at least the 3 of minItems", "#/maxItems", "2 of type number"],
  [{ minLength: 3, maxLength: 2 }, "at least the 3 of minLength", "#/maxLength", "2 of type number"],
  [{ minimum: 3, maximum: 2 }, "at least the 3 of minimum", "#/maximum", "2 of type number"],
  [{ type: "integer", minimum: 1.2, maximum: 1.8 }, unfulfillable, "#", "one that none does"],
  [{ type: "integer", exclusiveMinimum: 1, maximum: 1 }, unfulfillable, "#", "one that none does"],
  [{ properties: { a: false }, required: ["a"] }, unfulfillable, "#/properties/a", "one that none does"],
  [
    { required: ["a"], additionalProperties: false },
    unfulfillable,
    "#/additionalProperties",
    "one that none does",
  ],
  [{ items: false, minItems: 1 }, unfulfillable, "#/items", "one that none does"],
  [{ type: "string", enum: [1] }, unfulfillable, "#", "one that none does"],
  [{ allOf: [{ type: "string" }, { type: "null" }] }, unfulfillable, "#/allOf/0", "one that none does"],
  [{ allOf: [{ minItems: 3 }, { maxItems: 2 }] }, unfulfillable, "#/allOf/0", "one that none does"],
  [{ pattern: "^a$", minLength: 2 }, unfulfillable, "#", "one that none does"],
  [{ pattern: "^[]$" }, unfulfillable, "#", "one that none does"],
  [{ properties: { a: { $ref: "#" } }, required: ["a"] }, unfulfillable, "#", "one that none does"],
  [{ items: { $ref: "#" }, minItems: 1 }, unfulfillable, "#", "one that none does"],
  [{ $ref: "#" }, "a schema", "#/$ref", "one that only leads back to itself"],
  [{ anyOf: [{ type: "null" }, { $ref: "#" }] }, "a schema", "#/anyOf", "one that only leads back to itself"],
];

t.test("malformed schemas", async (t) => {
  checkRefused(t, "SCHEMA_INVALID", malformed);
});

t.test("schemas that no document fulfils", async (t) => {
  checkRefused(t, "SCHEMA_INVALID", unsatisfiable);
});

t.test("a misspelt type is recognised, and the message says what to do", async (t) => {
  checkRefused(t, "SCHEMA_INVALID", [
    [
      { properties: { "a/b": { type: "strnig" } } },
      "one of object, array, string, number, integer, boolean, null",
      "#/properties/a~1b/type",
      '"strnig" of type string; did you mean "string"? Correct the JSON Schema at that place.',
    ],
  ]);
});
