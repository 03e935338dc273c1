import t from "tap";
import { jsonSchemaToGrammar } from "../../lib/json-schema/to-grammar.js";
import { accepts } from "../helpers/gbnf.js";
import { checkSchema, checkTexts } from "../helpers/json-schema.js";

const properties = { a: { type: "integer" }, b: { type: "string" }, c: { type: "null" } };
const whole = { a: 1, b: "", c: null };
const names = Object.keys(whole);

/** Every selection of the names. */
const subsets = Array.from({ length: 8 }, (_, bits) => names.filter((_, i) => bits & (1 << i)));

function pick(chosen: string[]) {
  return Object.fromEntries(Object.entries(whole).filter(([name]) => chosen.includes(name)));
}

t.test("whichever properties are required, the others may be left out", async (t) => {
  for (const required of subsets) {
    const fits = (chosen: string[]) => required.every((name) => chosen.includes(name));
    const missing = subsets.filter((chosen) => !fits(chosen)).map(pick);
    const wrong = [{ ...whole, a: "1" }, { ...whole, d: 1 }, { b: "", a: 1, c: null }, []];
    checkSchema(t, { type: "object", properties, required }, subsets.filter(fits).map(pick), [
      ...missing,
      ...wrong,
    ]);
  }
});

t.test("commas and colons stand where they must", async (t) => {
  const rejected = ['{,"b":""}', '{"a":1,}', '{"a":1 "b":""}', '{"a":1,"a":1}', '{"a"1}', '{"a":1,,"b":""}'];
  checkTexts(t, { properties }, ['{"a":1,"b":""}'], rejected);
  checkTexts(t, { properties, required: ["b"] }, ['{"a":1,"b":""}'], rejected);
});

t.test("without additionalProperties an object with properties is closed, one without is open", async (t) => {
  checkSchema(t, { properties: {} }, [{}], [{ a: 1 }]);
  checkSchema(t, { type: "object" }, [{}, { a: 1, "": {} }], []);
  checkSchema(t, { type: "object", additionalProperties: false }, [{}], [{ a: 1 }]);
  checkSchema(t, { additionalProperties: { type: "null" } }, [{}, { x: null, y: null }], [{ x: 1 }]);
});

t.test("a property that is only required has any value", async (t) => {
  checkSchema(t, { required: ["x"] }, [{ x: 1 }, { x: [], y: 2 }], [{}, { y: 2 }]);
  checkSchema(
    t,
    { properties: { a: { const: 1 } }, required: ["x"] },
    [{ x: 1 }, { a: 1, x: {} }],
    [{ a: 1 }, { x: 1, y: 1 }],
  );
  checkSchema(t, { required: ["x"], additionalProperties: { type: "null" } }, [{ x: null }], [{ x: 1 }]);
});

t.test("additional properties come last and never bear a declared name", async (t) => {
  for (const required of [[], ["ab"]]) {
    const schema = {
      properties: { ab: { const: 1 }, abc: { const: 2 }, "": { const: 3 }, 'q"\n': { const: 4 } },
      additionalProperties: { type: "boolean" },
      required,
    };
    const accepted = [
      { ab: 1 },
      { ab: 1, a: true, abd: false, abcd: true, b: true },
      { ab: 1, abc: 2, "": 3, 'q"\n': 4, q: true, 'q"': true, 'q"\\': true, "é😀\u0007": true },
    ];
    const rejected = [
      { ab: true },
      { ab: 1, abc: true },
      { ab: 1, "": true },
      { ab: 1, 'q"\n': true },
      { ab: 1, a: 1 },
    ];
    checkSchema(t, schema, required.length === 0 ? [...accepted, {}, { b: true }] : accepted, rejected);
    // Other spellings of declared names are those names.
    checkTexts(
      t,
      schema,
      [],
      ['{"ab":1,"\\u0061bc":true}', '{"ab":1,"q\\"\\u000a":true}', '{"ab":1,"a\\u0062":1}'],
    );
  }
});

t.test("names of every kind", async (t) => {
  const odd = [
    "__proto__",
    "constructor",
    "1",
    " ",
    "é",
    "😀",
    "a/b",
    "a~b",
    "\u2028",
    "\ud800",
    "root",
    "ws",
    "a\\b",
  ];
  const schema = { properties: Object.fromEntries(odd.map((name) => [name, { const: 1 }])), required: odd };
  const document = Object.fromEntries(odd.map((name) => [name, 1]));
  checkSchema(t, schema, [document], [{ ...document, é: 2 }, {}]);
  checkSchema(t, { ...schema, additionalProperties: true }, [{ ...document, x: [] }], []);
});

t.test("optional properties that nothing fulfils are left out", async (t) => {
  checkSchema(t, { properties: { a: false, b: { const: 1 } } }, [{}, { b: 1 }], [{ a: 1, b: 1 }]);
  checkSchema(t, { properties: { a: false } }, [{}], [{ a: 1 }]);
  checkSchema(
    t,
    { properties: { next: { $ref: "#" }, end: { const: 1 } } },
    [{ next: { end: 1 }, end: 1 }],
    [],
  );
});

t.test("long names, and as many properties as one likes", async (t) => {
  const many = Array.from({ length: 300 }, (_, i) => `property ${i}`);
  const grammar = jsonSchemaToGrammar({
    properties: Object.fromEntries(many.map((name) => [name, { type: "integer" }])),
    additionalProperties: { type: "null" },
  });
  const document = Object.fromEntries(many.map((name, i) => [name, i]));
  t.ok(accepts(grammar, JSON.stringify({ ...document, other: null })));
  t.notOk(accepts(grammar, JSON.stringify({ ...document, "property 17": null })));
  t.ok(grammar.length < 500_000, `${grammar.length} characters`);
  // Compiled without a stack that grows by the character.
  const long = "long".repeat(750);
  t.match(jsonSchemaToGrammar({ properties: { [long]: {} }, additionalProperties: true }), long);
});
