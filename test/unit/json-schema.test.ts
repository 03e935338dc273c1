import t from "tap";
import { isRecord } from "../../lib/is.js";
import { jsonSchemaToGrammar } from "../../lib/json-schema/to-grammar.js";
import { checkSchema, checkTexts } from "../helpers/json-schema.js";

const samples = [
  {},
  { a: { "": [] } },
  [],
  [1, [null]],
  "",
  'quote " backslash \\ slash / line \n é 語 😀 \u0000 \u007f \u2028',
  0,
  -0.5,
  17,
  true,
  false,
  null,
];

const types: Record<string, (value: unknown) => boolean> = {
  object: isRecord,
  array: Array.isArray,
  string: (value) => typeof value === "string",
  number: (value) => typeof value === "number",
  integer: Number.isInteger,
  boolean: (value) => typeof value === "boolean",
  null: (value) => value === null,
};

t.test("every JSON document fulfils true and {}, other texts do not", async (t) => {
  checkSchema(t, true, samples, []);
  checkSchema(t, {}, samples, []);
  const rejected = ["", "{", "[1,]", "{a:1}", '{"a" 1}', "nul", "01", "1.", ".5", "+1", "'a'", '"\n"', "1 1"];
  checkTexts(t, true, [], rejected);
});

t.test("each type by itself", async (t) => {
  for (const [type, fits] of Object.entries(types)) {
    const rejected = samples.filter((sample) => !fits(sample));
    checkSchema(t, { type }, samples.filter(fits), rejected);
  }
});

t.test("several types, and types that keywords imply", async (t) => {
  checkSchema(t, { type: ["string", "null"], maxLength: 1 }, ["", "a", null], ["ab", 1, {}]);
  checkSchema(t, { type: ["number", "integer"] }, [1, 1.5], ["1"]);
  checkSchema(t, { maxItems: 1 }, [[], [{}]], [[1, 2], "", 3]);
  checkSchema(t, { required: ["a"], minLength: 2 }, [{ a: 1 }, "ab"], [{}, "a", [], null]);
});

t.test("numbers as JSON.stringify writes them, always finite", async (t) => {
  const large = [1e21, -2.5e100, 9.9e307, 123456789012345680000, Number.MAX_SAFE_INTEGER];
  const small = [0.1 + 0.2, 0.0000012345678901234567, 1.7e-300, Number.MIN_VALUE];
  checkSchema(t, { type: "number" }, [...large, ...small], ["1"]);
  const rejected = ["1e308", "1e999", "12e3", "1e", "-", "- 1", "00", "1.e1", "Infinity", "NaN"];
  checkTexts(t, { type: "number" }, ["1E5", "1e05", "0e0", "-0"], rejected);
  const integers = ["-0", "1.0", "1e3", "1234567890123456789012"];
  checkTexts(t, { type: "integer" }, ["-123456789012345678901"], integers);
});

t.test("enum and const", async (t) => {
  const scalars = ["red", "re", "green", 'a "b"\n', "\ud800", "", 1, 12, -1.5, 1e30, null, true];
  checkSchema(t, { enum: scalars }, scalars, ["r", "gree", "greenn", "red\n", 2, 121, false, {}]);
  const containers = [{ a: [1, {}], b: [] }, [[]]];
  checkSchema(t, { enum: containers }, containers, [{ a: [1, {}] }, {}, [], [[[]]]]);
  checkSchema(t, { enum: [1, "a", null, 1.5], type: ["integer", "string"] }, [1, "a"], [null, 1.5]);
  checkSchema(t, { enum: [1, 2, 3], const: 2 }, [2], [1, 3]);
  checkSchema(t, { enum: [{ a: 1, b: 2 }], const: { b: 2, a: 1 } }, [{ a: 1, b: 2 }], [{ b: 2, a: 1 }]);
  checkSchema(t, { enum: ["a"], minimum: 3 }, ["a"], []);
  const powers = Array.from({ length: 500 }, (_, i) => "a".repeat(i));
  checkSchema(t, { enum: powers }, ["", "a".repeat(499)], ["b", "a".repeat(500)]);
});

t.test("whitespace is bounded, and there is none around the document", async (t) => {
  const accepted = ['{ "a": [ 1, 1 ] }', `{\n${" ".repeat(32)}"a": [\n\t1,\n1]}`, "{}", "{ }", '{"a":[\n]}'];
  const rejected = [
    '{  "a":[]}',
    '{\n\n"a":[]}',
    `{\n${" ".repeat(33)}}`,
    '{"a" :[]}',
    '{"a":\n[]}',
    '{"a":[1 ,1]}',
    " {}",
    "{} ",
    "{}\n",
  ];
  checkTexts(t, { properties: { a: { type: "array", items: { const: 1 } } } }, accepted, rejected);
});

t.test("annotations change nothing, members of undefined are not there", async (t) => {
  const annotations = {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    $id: "https://example.com/schema",
    $comment: "",
    title: "t",
    description: "d",
    default: 1,
    examples: [1],
    deprecated: true,
    readOnly: true,
    writeOnly: false,
    uniqueItems: false,
    $defs: { unused: { not: {} } },
    minItems: undefined,
  };
  t.equal(jsonSchemaToGrammar({ type: "string", ...annotations }), jsonSchemaToGrammar({ type: "string" }));
});

t.test("the same schema gives the same grammar, schemas that are alike share a rule", async (t) => {
  const person = () => ({ properties: { first: { type: "string", minLength: 3 } } });
  const schema = { properties: { a: person(), b: person(), c: { items: person() } }, required: ["a"] };
  const grammar = jsonSchemaToGrammar(schema);
  t.equal(jsonSchemaToGrammar(structuredClone(schema)), grammar);
  t.match(grammar, /^root ::= /);
  t.equal(grammar.split("{3,}").length, 2);
  t.equal(grammar.split('\\"first\\":').length, 2);
});
