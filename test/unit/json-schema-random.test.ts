import t from "tap";
import { jsonSchemaToGrammar } from "../../lib/json-schema/to-grammar.js";
import { accepts } from "../helpers/gbnf.js";
import { Random, randomSample } from "../helpers/random-schema.js";

const SEEDS = 200;

t.test("random schemas accept what fulfils them and reject what does not", async (t) => {
  const counts = { valid: 0, invalid: 0 };
  for (let seed = 0; seed < SEEDS; seed++) {
    const { schema, valid, invalid } = randomSample(new Random(seed), 3);
    const referring = { $defs: { it: schema }, allOf: [{ $ref: "#/$defs/it" }] };
    const grammar = jsonSchemaToGrammar(seed % 2 === 0 ? schema : referring);
    for (const [expected, documents] of [
      [true, valid],
      [false, invalid],
    ] as const) {
      for (const text of documents.flatMap((value) => [
        JSON.stringify(value),
        JSON.stringify(value, null, 1),
      ])) {
        counts[expected ? "valid" : "invalid"]++;
        if (accepts(grammar, text) !== expected) {
          t.fail(`seed ${seed}: ${text} should ${expected ? "" : "not "}fulfil ${JSON.stringify(schema)}`);
        }
      }
    }
  }
  t.ok(counts.valid > 3 * SEEDS && counts.invalid > 3 * SEEDS, JSON.stringify(counts));
});
