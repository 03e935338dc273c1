import type { Conjunction } from "./alternatives.js";
import { INTEGER, NUMBER } from "./builtin-rules.js";
import { given, keywordPointer } from "./conjunction.js";
import type { Expression } from "./expression.js";
import { integersBetween, MAX_DIGITS } from "./integer-range.js";
import { unsupportedSchema } from "./schema-error.js";

const BOUNDS = ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"] as const;

/** @throws SCHEMA_UNSUPPORTED with bounds: only those of integers have a grammar here. */
export function numberExpression(shapes: Conjunction): Expression {
  const bound = BOUNDS.find((keyword) => given(shapes, keyword).length > 0);
  if (bound === undefined) return NUMBER;
  throw unsupportedSchema(
    keywordPointer(shapes, bound),
    'bounds with type "integer" only',
    "those of a number",
  );
}

/** @throws SCHEMA_UNSUPPORTED where the bounds leave only integers of more than 21 digits. */
export function integerExpression(shapes: Conjunction): Expression {
  const lower = [
    ...given(shapes, "minimum").map((bound) => BigInt(Math.ceil(bound))),
    ...given(shapes, "exclusiveMinimum").map((bound) => BigInt(Math.floor(bound)) + 1n),
  ];
  const upper = [
    ...given(shapes, "maximum").map((bound) => BigInt(Math.floor(bound))),
    ...given(shapes, "exclusiveMaximum").map((bound) => BigInt(Math.ceil(bound)) - 1n),
  ];
  const min = lower.reduce<bigint | null>((a, b) => (a === null || b > a ? b : a), null);
  const max = upper.reduce<bigint | null>((a, b) => (a === null || b < a ? b : a), null);
  if (min === null && max === null) return INTEGER;
  const limit = 10n ** BigInt(MAX_DIGITS);
  if ((min ?? 0n) >= limit || (max ?? 0n) <= -limit) {
    const keyword = BOUNDS.find((keyword) => given(shapes, keyword).some((bound) => Math.abs(bound) >= 1e21));
    throw unsupportedSchema(
      keywordPointer(shapes, keyword ?? "minimum"),
      `a bound of at most ${MAX_DIGITS} digits`,
      "a larger one",
    );
  }
  return integersBetween(min, max);
}
