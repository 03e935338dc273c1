import { type Expression, rule } from "./expression.js";
import { MAX_RULES } from "./limits.js";
import { unsupportedSchema } from "./schema-error.js";

export interface Rule {
  readonly body: Expression;
  /** The JSON pointer of the schema that asked for it. */
  readonly pointer: string;
}

/** The rules of a grammar by name, in the order they are written. */
export type Rules = ReadonlyMap<string, Rule>;

export const ROOT = "root";

/** Collects rules under names that llama.cpp accepts and that are never taken twice. */
export class RuleSet {
  readonly #rules = new Map<string, Rule>();
  readonly #taken = new Set<string>();
  /** The number to try next after a hint that was taken. */
  readonly #next = new Map<string, number>();

  get rules(): Rules {
    return this.#rules;
  }

  /** A name like the hint that nothing else has. */
  reserve(hint: string, pointer: string): string {
    const clean =
      hint
        .replace(/[^a-zA-Z0-9]+/g, "-")
        .replace(/^-+|-+$/g, "")
        .slice(0, 40) || "schema";
    let name = clean;
    while (this.#taken.has(name)) {
      const number = this.#next.get(clean) ?? 2;
      this.#next.set(clean, number + 1);
      name = `${clean}-${number}`;
    }
    if (this.#taken.size >= MAX_RULES) {
      throw unsupportedSchema(pointer, `a grammar of at most ${MAX_RULES} rules`, "a schema that needs more");
    }
    this.#taken.add(name);
    return name;
  }

  define(name: string, rule: Rule): void {
    this.#taken.add(name);
    this.#rules.set(name, rule);
  }

  /** A rule of its own for the expression. */
  add(hint: string, { body, pointer }: Rule): Expression {
    const name = this.reserve(hint, pointer);
    this.define(name, { body, pointer });
    return rule(name);
  }
}
