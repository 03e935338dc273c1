import t from "tap";
import { checkSchema } from "../helpers/json-schema.js";

const integer = { type: "integer" };
const string = { type: "string" };

t.test("anyOf and oneOf", async (t) => {
  for (const keyword of ["anyOf", "oneOf"]) {
    checkSchema(t, { [keyword]: [integer, string] }, [1, "a"], [null, 1.5]);
    checkSchema(
      t,
      { [keyword]: [integer, false, { anyOf: [string, { const: null }] }] },
      [1, "", null],
      [true],
    );
    checkSchema(
      t,
      { type: ["string", "null"], [keyword]: [{ maxLength: 1 }, { type: "null" }] },
      ["a", null],
      ["ab"],
    );
  }
  const kinds = ["circle", "square"].map((kind) => ({
    properties: { kind: { const: kind }, [kind]: integer },
  }));
  const schema = { anyOf: kinds, required: ["kind"] };
  checkSchema(
    t,
    schema,
    [{ kind: "circle", circle: 1 }, { kind: "square" }],
    [{ kind: "circle", square: 1 }, { circle: 1 }, {}],
  );
  const both = { anyOf: [integer, string], oneOf: [string, { type: "null" }] };
  checkSchema(t, both, ["a"], [1, null]);
});

t.test("properties beside alternatives of what is required", async (t) => {
  const schema = {
    properties: { a: integer, b: string },
    anyOf: [{ required: ["a"] }, { required: ["b"] }],
  };
  checkSchema(t, schema, [{ a: 1 }, { b: "" }, { a: 1, b: "" }], [{}, { a: "" }, { a: 1, c: 1 }]);
});

t.test("allOf merges objects", async (t) => {
  const [a, b] = [{ properties: { a: integer }, required: ["a"] }, { properties: { b: string } }];
  checkSchema(t, { allOf: [a, b] }, [{ a: 1 }, { a: 1, b: "" }], [{}, { b: "" }, { a: 1, c: 1 }]);
  checkSchema(t, { ...a, allOf: [b] }, [{ a: 1, b: "" }], [{ b: "" }]);
  const same = { allOf: [{ properties: { a: { type: "number" } } }, a] };
  checkSchema(t, same, [{ a: 1 }], [{ a: 1.5 }, {}]);
  // What one schema closes the other cannot open.
  const closed = { ...a, additionalProperties: false };
  checkSchema(t, { allOf: [closed, b] }, [{ a: 1 }], [{ a: 1, b: "" }]);
  const strings = { type: "object", additionalProperties: string };
  checkSchema(t, { allOf: [strings, b] }, [{ b: "", c: "" }], [{ c: 1 }, { b: 1 }]);
  checkSchema(
    t,
    { allOf: [{ ...a, additionalProperties: true }, b] },
    [{ a: 1, b: "", c: [] }],
    [{ a: 1, b: 1 }],
  );
});

t.test("allOf merges what else can be merged", async (t) => {
  checkSchema(t, { allOf: [{ type: ["string", "null"] }, { type: ["null", "array"] }] }, [null], ["", []]);
  checkSchema(t, { allOf: [{ type: "number" }, { type: "integer" }] }, [1], [1.5]);
  checkSchema(
    t,
    {
      allOf: [
        { ...string, minLength: 2 },
        { maxLength: 3, minLength: 1 },
      ],
    },
    ["ab", "abc"],
    ["a", "abcd"],
  );
  checkSchema(
    t,
    {
      allOf: [
        { ...integer, minimum: 3 },
        { minimum: 1, maximum: 5 },
      ],
    },
    [3, 5],
    [2, 6],
  );
  checkSchema(t, { allOf: [{ enum: [1, 2, 3] }, { enum: [2, 3, 4] }, { const: 3 }] }, [3], [2]);
  checkSchema(
    t,
    { allOf: [{ items: { type: "number" } }, { items: integer, maxItems: 2 }] },
    [[1]],
    [[1.5], [1, 2, 3]],
  );
  const tuple = { allOf: [{ prefixItems: [{ minimum: 1 }] }, { items: integer }] };
  checkSchema(t, tuple, [[], [1], [1, 0]], [[0], [1, ""]]);
  checkSchema(t, { allOf: [true, integer] }, [1], [""]);
});

t.test("references within the document", async (t) => {
  const defs = { "a/b~c d": integer, list: { items: { $ref: "#/$defs/a~1b~0c%20d" } } };
  checkSchema(t, { $defs: defs, $ref: "#/$defs/list" }, [[1]], [["a"], 1]);
  checkSchema(t, { definitions: { a: integer }, $ref: "#/definitions/a", minimum: 3 }, [3], [2]);
  checkSchema(
    t,
    { properties: { a: integer, b: { $ref: "#/properties/a" } } },
    [{ a: 1, b: 2 }],
    [{ b: "" }],
  );
  checkSchema(t, { anyOf: [integer, { items: { $ref: "#/anyOf/0" } }] }, [1, [2]], [[[]]]);
  checkSchema(t, { allOf: [{ $ref: "#/$defs/a", description: "d" }], $defs: { a: integer } }, [1], [""]);
});

t.test("schemas that contain themselves", async (t) => {
  const tree = { properties: { value: integer, children: { items: { $ref: "#" } } }, required: ["value"] };
  const leaf = { value: 1 };
  checkSchema(
    t,
    tree,
    [leaf, { value: 1, children: [leaf, { value: 2, children: [leaf] }] }],
    [{ value: 1, children: [{}] }, { children: [] }],
  );
  const list = { properties: { next: { anyOf: [{ $ref: "#" }, { type: "null" }] } }, required: ["next"] };
  checkSchema(t, list, [{ next: null }, { next: { next: null } }], [{}, { next: {} }]);
  const both = {
    $defs: {
      a: { properties: { next: { $ref: "#/$defs/a" }, x: integer } },
      b: { properties: { next: { $ref: "#/$defs/b" }, y: integer } },
    },
    allOf: [{ $ref: "#/$defs/a" }, { $ref: "#/$defs/b" }],
  };
  checkSchema(t, both, [{}, { next: { next: { x: 1, y: 2 }, y: 1 } }], [{ next: { x: "" } }, { z: 1 }]);
});

t.test("a chain of three thousand references needs no stack", async (t) => {
  const name = (i: number) => `#/$defs/d${i}`;
  const chain = Array.from({ length: 3000 }, (_, i) => [`d${i}`, { items: { $ref: name(i + 1) } }]);
  checkSchema(t, { $defs: { ...Object.fromEntries(chain), d3000: integer }, $ref: name(0) }, [[[[]]]], [[1]]);
});

t.test("schemas that refer to the next one twice, fifty times over", async (t) => {
  const twice = (i: number) => ({ allOf: [{ $ref: `#/$defs/d${i + 1}` }, { $ref: `#/$defs/d${i + 1}` }] });
  const defs = Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`d${i}`, twice(i)]));
  checkSchema(t, { $defs: { ...defs, d50: integer }, $ref: "#/$defs/d0" }, [1], [""]);
});
