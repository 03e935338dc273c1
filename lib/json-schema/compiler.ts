import { alternatives, type Conjunction } from "./alternatives.js";
import { arrayExpression } from "./array-expression.js";
import { BOOLEAN, BUILTIN_RULES, NULL } from "./builtin-rules.js";
import type { CompileContext } from "./compile-context.js";
import { typesOf, valuesOf } from "./conjunction.js";
import { constants } from "./constants.js";
import { choice, type Expression, NEVER, rule } from "./expression.js";
import { integerExpression, numberExpression } from "./number-expression.js";
import { objectExpression } from "./object-expression.js";
import { ROOT, RuleSet, type Rules } from "./rules.js";
import { pointerOf, type Schema, type TypeName } from "./schema.js";
import { stringExpression } from "./string-expression.js";

/**
 * Makes the rules of one schema. Each conjunction of shapes becomes one rule, however often and however deep within itself it
 * is met, which is what ends recursion; their bodies wait in a queue, so that long chains of schemas need no stack.
 */
export class Compiler {
  readonly #rules = new RuleSet();
  readonly #known = new Map<string, Expression>();
  readonly #queue: (() => void)[] = [];

  constructor() {
    for (const [name, body] of Object.entries({ [ROOT]: NEVER, ...BUILTIN_RULES })) {
      this.#rules.define(name, { body, pointer: "#" });
    }
  }

  /**
   * The rules, `root` first. Some may match nothing, some be alike, some unused.
   * @throws SCHEMA_INVALID, SCHEMA_UNSUPPORTED
   */
  compile(schema: Schema): Rules {
    this.#rules.define(ROOT, { body: this.#document([schema]), pointer: "#" });
    for (const define of this.#queue) define();
    return this.#rules.rules;
  }

  #document(schemas: readonly Schema[]): Expression {
    const ways = alternatives(schemas);
    const [only] = ways;
    if (only !== undefined && ways.length === 1) return this.#conjunction(only);
    const pointer = schemas.map(pointerOf).find((at) => at !== undefined) ?? "#";
    // What nothing fulfils is a rule too, so that an error can tell where it stands.
    const key = ways.length === 0 ? `nothing at ${pointer}` : ways.map(keyOf).join("|");
    return this.#once(key, pointer, () => choice(ways.map((shapes) => this.#conjunction(shapes))));
  }

  #conjunction(shapes: Conjunction): Expression {
    const pointer = shapes[0]?.pointer;
    return this.#once(keyOf(shapes), pointer, () => {
      const values = valuesOf(shapes);
      if (values !== null) return constants(values);
      const context: CompileContext = {
        document: (schemas) => this.#document(schemas),
        rule: (hint, body) => this.#rules.add(hint, { body, pointer: pointer ?? "#" }),
      };
      return choice(typesOf(shapes).map((type) => typed(type, shapes, context)));
    });
  }

  /** The rule of the key, which is made now if there is none and given its body later. */
  #once(key: string, pointer: string | undefined, body: () => Expression): Expression {
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const name = this.#rules.reserve(nameHint(pointer), pointer ?? "#");
    const reference = rule(name);
    this.#known.set(key, reference);
    this.#queue.push(() => this.#rules.define(name, { body: body(), pointer: pointer ?? "#" }));
    return reference;
  }
}

function typed(type: TypeName, shapes: Conjunction, context: CompileContext): Expression {
  switch (type) {
    case "object":
      return objectExpression(shapes, context);
    case "array":
      return arrayExpression(shapes, context);
    case "string":
      return stringExpression(shapes);
    case "number":
      return numberExpression(shapes);
    case "integer":
      return integerExpression(shapes);
    case "boolean":
      return BOOLEAN;
    case "null":
      return NULL;
  }
}

function keyOf(shapes: Conjunction): string {
  return `(${shapes
    .map((shape) => shape.id)
    .sort((a, b) => a - b)
    .join("&")})`;
}

/** The last two names on the way to the schema: "address-street" for "#/properties/address/properties/street". */
function nameHint(pointer: string | undefined): string {
  if (pointer === undefined) return "value";
  const names = pointer
    .split("/")
    .slice(1)
    .filter((part) => !["properties", "$defs", "definitions", "anyOf", "oneOf", "allOf"].includes(part))
    .map((part) => (part === "items" ? "item" : part === "additionalProperties" ? "additional" : part));
  return names.slice(-2).join("-") || "document";
}
