import t from "tap";
import { checkSchema, checkTexts } from "../helpers/json-schema.js";

t.test("every range of small integers, number by number", async (t) => {
  const numbers = Array.from({ length: 261 }, (_, i) => i - 130);
  const bounds = [-121, -100, -99, -12, -10, -9, -1, 0, 1, 5, 9, 10, 19, 20, 37, 99, 100, 109, 123];
  for (const [i, minimum] of bounds.entries()) {
    for (const maximum of bounds.slice(i)) {
      const fits = (number: number) => number >= minimum && number <= maximum;
      const others = numbers.filter((number) => !fits(number));
      checkSchema(t, { type: "integer", minimum, maximum }, numbers.filter(fits), others);
    }
  }
});

t.test("one bound", async (t) => {
  for (const bound of [-1000, -37, -1, 0, 1, 37, 100, 999]) {
    const near = [-1e6, bound - 1000, bound - 10, bound - 1, bound, bound + 1, bound + 10, bound + 1000, 1e6];
    const above = near.filter((number) => number >= bound);
    const below = near.filter((number) => number <= bound);
    checkSchema(t, { type: "integer", minimum: bound }, above, below.slice(0, -1));
    checkSchema(t, { type: "integer", maximum: bound }, below, above.slice(1));
  }
});

t.test("exclusive bounds and fractions", async (t) => {
  checkSchema(t, { type: "integer", exclusiveMinimum: 1, exclusiveMaximum: 4 }, [2, 3], [1, 4]);
  checkSchema(t, { type: "integer", exclusiveMinimum: 0.5, exclusiveMaximum: 2.5 }, [1, 2], [0, 3]);
  checkSchema(t, { type: "integer", minimum: -1.5, maximum: 1.5 }, [-1, 0, 1], [-2, 2]);
  checkSchema(t, { type: "integer", minimum: 0, exclusiveMinimum: 3 }, [4], [3]);
  checkSchema(t, { type: "integer", minimum: -0, maximum: 0 }, [0], [1, -1]);
});

t.test("integers too large to count in doubles", async (t) => {
  const safe = { minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER };
  const accepted = ["9007199254740991", "-9007199254740991", "0", "8999999999999999"];
  const rejected = ["9007199254740992", "-9007199254740992", "10000000000000000", "9100000000000000"];
  checkTexts(t, { type: "integer", ...safe }, accepted, rejected);
  const vast = { minimum: -1e300, maximum: 1e300 };
  checkTexts(t, { type: "integer", ...vast }, ["9".repeat(21), `-${"9".repeat(21)}`], ["9".repeat(22)]);
});

t.test("one spelling for each integer", async (t) => {
  const schema = { type: "integer", minimum: -5, maximum: 500 };
  checkTexts(t, schema, ["0", "-5", "500"], ["-0", "00", "01", "+1", "1.0", "1e1", "", "-", "5 "]);
});

t.test("bounds say nothing about other types", async (t) => {
  checkSchema(t, { type: ["integer", "string"], minimum: 3 }, [3, "a"], [2]);
  checkSchema(t, { type: "string", minimum: 3 }, ["a"], [3]);
});
