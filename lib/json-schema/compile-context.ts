import type { Expression } from "./expression.js";
import type { Schema } from "./schema.js";

/** What the expressions of objects and arrays need from the compiler. */
export interface CompileContext {
  /** A document that fulfils all of the schemas. */
  document(schemas: readonly Schema[]): Expression;
  /** A reference to a new rule for the expression. */
  rule(hint: string, body: Expression): Expression;
}
