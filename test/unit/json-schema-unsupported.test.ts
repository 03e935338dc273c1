import t from "tap";
import { checkRefused, type Refusal } from "../helpers/json-schema.js";

function nested(levels: number): unknown {
  return levels === 0 ? true : { items: nested(levels - 1) };
}

function deep(levels: number): unknown {
  return levels === 0 ? 1 : [deep(levels - 1)];
}

const keywords = `not if then else contains minContains uniqueItems multipleOf patternProperties propertyNames
  minProperties maxProperties dependentRequired dependentSchemas dependencies unevaluatedItems unevaluatedProperties
  additionalItems contentEncoding nullable id $anchor $dynamicRef $recursiveRef propertes toString`;

t.test("every other keyword is refused by its name and place", async (t) => {
  for (const keyword of keywords.split(/\s+/)) {
    const schema = { [keyword]: true };
    const received = JSON.stringify(keyword);
    const supported = "a supported keyword";
    checkRefused(t, "SCHEMA_UNSUPPORTED", [
      [schema, supported, `#/${keyword}`, received],
      [{ properties: { a: { items: schema } } }, supported, `#/properties/a/items/${keyword}`, received],
      [{ $defs: { a: schema }, $ref: "#/$defs/a" }, supported, `#/$defs/a/${keyword}`, received],
    ]);
  }
});

const local = 'a $ref within the document ("#", "#/$defs/…")';
const beside = "only type beside enum and const";
const bounds = 'bounds with type "integer" only';
const values: Refusal[] = [
  [{ $ref: "https://example.com/a" }, local, "#/$ref", '"https://example.com/a" of type string'],
  [{ $ref: "#anchor" }, local, "#/$ref", '"#anchor" of type string'],
  [{ items: { $id: "b", items: { $ref: "#" } } }, local, "#/items/items/$ref", '"#" of type string'],
  [{ items: [{}] }, "one schema, with lists in prefixItems,", "#/items", "an array"],
  [{ format: "email" }, "one of date, time, date-time, uuid", "#/format", '"email" of type string'],
  [{ type: "number", minimum: 0 }, bounds, "#/minimum", "those of a number"],
  [{ items: { exclusiveMaximum: 1 } }, bounds, "#/items/exclusiveMaximum", "those of a number"],
  [{ type: "integer", minimum: 1e21 }, "a bound of at most 21 digits", "#/minimum", "a larger one"],
  [{ type: "integer", maximum: -1e30 }, "a bound of at most 21 digits", "#/maximum", "a larger one"],
  [{ maxLength: 100_001 }, "at most 100000", "#/maxLength", "100001 of type number"],
  [{ enum: ["a"], minLength: 1 }, beside, "#/minLength", '"minLength"'],
  [{ const: {}, allOf: [{ required: ["a"] }] }, beside, "#/allOf/0/required", '"required"'],
  [
    { allOf: [{ pattern: "^a$" }, { pattern: "^b$" }] },
    "one pattern or format",
    "#/allOf/0/pattern",
    "a second one",
  ],
  [{ pattern: "^a*$", format: "date" }, "one pattern or format", "#/format", "a second one"],
  [
    { pattern: "^a{2,4}$", maxLength: 3 },
    "a length that the pattern ensures",
    "#/maxLength",
    "a pattern of 2 to 4 characters",
  ],
];

t.test("supported keywords with values that are not", async (t) => {
  checkRefused(t, "SCHEMA_UNSUPPORTED", values);
});

const anchored = "a pattern with ^ at the beginning and $ at the end of every alternative, nowhere else,";
const patterns: [pattern: string, expected: string][] = [
  ...["", "a", "^a", "a$", "^a|b$", "^a\\$", "(^a$)", "^(a$)", "^a^$", "^a$b$"].map(
    (pattern): [string, string] => [pattern, anchored],
  ),
  ...["^(?=a)a$", "^(?!a)b$", "^(?<=a)b$", "^(?<!a)b$"].map((pattern): [string, string] => [
    pattern,
    "a pattern without lookarounds and modifiers",
  ]),
  ["^(a)\\1$", "a pattern without \\1"],
  ["^a\\b$", "a pattern without \\b"],
  ["^\\p{L}$", "a pattern without \\p"],
  ["^\\cA$", "a pattern without \\c"],
  ["^[\\w-z]$", "a pattern whose ranges run from one character to another"],
  ["^\\ud83d$", "a pattern of whole characters"],
  ["^\\u{61}\\-$", "a pattern that is correct with the flag u"],
  ["^a{$", 'a pattern with "{" escaped where it is meant literally'],
  ["^(a*)*$", "a pattern without unbounded repetition of what may be empty"],
  ["^(a?){3,}$", "a pattern without unbounded repetition of what may be empty"],
  ["^a{100001}$", "a pattern that repeats at most 100000 times"],
  [`^${"(".repeat(65)}a${")".repeat(65)}$`, "a pattern of at most 64 levels of groups"],
];

t.test("patterns that have no grammar", async (t) => {
  for (const [pattern, expected] of patterns) {
    const received = JSON.stringify(pattern).slice(0, 50);
    checkRefused(t, "SCHEMA_UNSUPPORTED", [[{ pattern }, expected, "#/pattern", received]]);
  }
});

t.test("what is too deep or too much is refused, not tried", async (t) => {
  const levels = "/items".repeat(64);
  const options = (name: string) => Array.from({ length: 50 }, (_, i) => ({ required: [`${name}${i}`] }));
  const combined = { allOf: [{ anyOf: options("a") }, { anyOf: options("b") }], type: "object" };
  checkRefused(t, "SCHEMA_UNSUPPORTED", [
    [nested(65), "at most 64 levels of schemas", `#${levels}`, "a deeper one"],
    [{ const: deep(65) }, "a value of at most 64 levels", `#/const${"/0".repeat(64)}`, "a deeper one"],
    [combined, "at most 2000 combinations of anyOf and oneOf", "#/allOf/1/anyOf", "more"],
  ]);
});
