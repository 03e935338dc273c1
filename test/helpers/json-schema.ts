import type { Test } from "tap";
import { type ErrorCode, OptionError } from "../../lib/errors.js";
import { jsonSchemaToGrammar } from "../../lib/json-schema/to-grammar.js";
import { accepts } from "./gbnf.js";

/** Asserts which texts follow the schema's grammar, and which do not. */
export function checkTexts(t: Test, schema: unknown, accepted: string[], rejected: string[]): void {
  const grammar = jsonSchemaToGrammar(schema);
  const wrong = {
    rejected: accepted.filter((text) => !accepts(grammar, text)),
    accepted: rejected.filter((text) => accepts(grammar, text)),
  };
  t.strictSame(wrong, { rejected: [], accepted: [] }, JSON.stringify(schema).slice(0, 70));
}

/** The same of values, each both compact and indented. */
export function checkSchema(t: Test, schema: unknown, accepted: unknown[], rejected: unknown[]): void {
  const texts = (value: unknown) => [JSON.stringify(value), JSON.stringify(value, null, 2)];
  checkTexts(t, schema, accepted.flatMap(texts), rejected.flatMap(texts));
}

export type Refusal = [schema: unknown, expected: string, pointer: string, received: string];

/** Asserts the error of each schema by its code and its sentence. */
export function checkRefused(t: Test, code: ErrorCode, refusals: Refusal[]): void {
  for (const [schema, expected, pointer, received] of refusals) {
    const sentence = `Expected ${expected} for ${pointer} but received ${received}`;
    try {
      jsonSchemaToGrammar(schema);
      t.fail(`no error: ${sentence}`);
    } catch (error) {
      t.ok(error instanceof OptionError && error.code === code, sentence, { error });
      t.equal(String(error).slice(0, sentence.length + 13), `OptionError: ${sentence}`);
    }
  }
}
