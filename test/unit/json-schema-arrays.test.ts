import t from "tap";
import { checkSchema, checkTexts } from "../helpers/json-schema.js";

const items = { type: "integer" };
const numbers = (length: number) => Array.from({ length }, (_, i) => i);

t.test("items, and how many", async (t) => {
  checkSchema(t, { items }, [[], [1], [1, 2, 3]], [[null], [1, "2"], {}]);
  for (const [minItems, maxItems] of [
    [0, 0],
    [0, 1],
    [1, 1],
    [0, 3],
    [2, 4],
    [4, 4],
  ] as const) {
    const fits = (length: number) => length >= minItems && length <= maxItems;
    const lengths = numbers(7);
    const accepted = lengths.filter(fits).map(numbers);
    checkSchema(
      t,
      { items, minItems, maxItems },
      accepted,
      lengths.filter((length) => !fits(length)).map(numbers),
    );
  }
  checkSchema(t, { items, minItems: 2 }, [[1, 2], numbers(40)], [[], [1]]);
  checkSchema(t, { type: "array", maxItems: 2 }, [[], [{}, []]], [[1, 2, 3]]);
  checkTexts(t, { items }, [], ["[,1]", "[1,]", "[1 2]", "[1,,2]", "[1"]);
});

t.test("counts beyond llama.cpp's limit of 2000 repetitions are kept exactly", async (t) => {
  const array = (length: number) => JSON.stringify(Array(length).fill(1));
  const bounds = { minItems: 2100, maxItems: 3150 };
  checkTexts(t, { items: { const: 1 }, ...bounds }, [2100, 3100, 3150].map(array), [2099, 3151].map(array));
  checkTexts(t, { items: { const: 1 }, minItems: 2001 }, [2001, 2500].map(array), [2000].map(array));
  const string = (length: number) => JSON.stringify("a".repeat(length));
  const accepted = [0, 999, 1000, 2000, 2999, 3000].map(string);
  checkTexts(t, { type: "string", maxLength: 3000 }, accepted, [3001].map(string));
});

t.test("prefixItems without items end the array, or at minItems", async (t) => {
  const prefixItems = [{ type: "integer" }, { type: "string" }];
  checkSchema(t, { prefixItems }, [[], [1], [1, "a"]], [["a"], [1, 2], [1, "a", 3]]);
  checkSchema(t, { prefixItems, minItems: 1 }, [[1], [1, "a"]], [[], [1, "a", 3]]);
  checkSchema(
    t,
    { prefixItems, minItems: 3 },
    [[1, "a", {}]],
    [
      [1, "a"],
      [1, "a", 3, 4],
    ],
  );
  checkSchema(t, { prefixItems, maxItems: 1 }, [[], [1]], [[1, "a"]]);
});

t.test("prefixItems with items", async (t) => {
  const prefixItems = [{ type: "integer" }, { type: "string" }];
  checkSchema(t, { prefixItems, items: true }, [[], [1], [1, "a", 3, {}]], [["a"], [1, 2]]);
  checkSchema(
    t,
    { prefixItems, items: { type: "null" } },
    [[1, "a", null, null]],
    [
      [1, null],
      [1, "a", 1],
    ],
  );
  checkSchema(t, { prefixItems, items: false }, [[1, "a"]], [[1, "a", null]]);
  const bounds = { minItems: 3, maxItems: 4 };
  checkSchema(
    t,
    { prefixItems, items: true, ...bounds },
    [
      [1, "a", 1],
      [1, "a", 1, 1],
    ],
    [
      [1, "a"],
      [1, "a", 1, 1, 1],
    ],
  );
  const long = Array(100).fill({ const: 1 });
  checkSchema(t, { prefixItems: long }, [Array(100).fill(1), []], [Array(101).fill(1)]);
});

t.test("items that nothing fulfils leave the array empty", async (t) => {
  checkSchema(t, { items: false }, [[]], [[1]]);
  checkSchema(
    t,
    { prefixItems: [{ const: 1 }, false, true] },
    [[], [1]],
    [
      [1, 2],
      [1, 2, 3],
    ],
  );
});
