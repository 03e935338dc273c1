import type { CharSet } from "./char-set.js";

/** What a grammar rule consists of. A choice of nothing matches nothing, a sequence of nothing the empty text. */
export type Expression =
  | { readonly kind: "literal"; readonly text: string }
  | { readonly kind: "characters"; readonly set: CharSet }
  | { readonly kind: "rule"; readonly name: string }
  | { readonly kind: "sequence"; readonly items: readonly Expression[] }
  | { readonly kind: "choice"; readonly items: readonly Expression[] }
  | { readonly kind: "repeat"; readonly item: Expression; readonly min: number; readonly max: number };

/** Matches the empty text only. */
export const EMPTY: Expression = { kind: "sequence", items: [] };
/** Matches nothing at all: what the schema `false` becomes. */
export const NEVER: Expression = { kind: "choice", items: [] };

export function isEmpty(expression: Expression): boolean {
  return expression.kind === "sequence" && expression.items.length === 0;
}

export function isNever(expression: Expression): boolean {
  return expression.kind === "choice" && expression.items.length === 0;
}

export function literal(text: string): Expression {
  return text === "" ? EMPTY : { kind: "literal", text };
}

export function characters(set: CharSet): Expression {
  const [range] = set;
  if (range === undefined) return NEVER;
  return set.length === 1 && range[0] === range[1]
    ? literal(String.fromCodePoint(range[0]))
    : { kind: "characters", set };
}

export function rule(name: string): Expression {
  return { kind: "rule", name };
}

export function sequence(...items: Expression[]): Expression {
  const flat: Expression[] = [];
  for (const item of items.flatMap((item) => (item.kind === "sequence" ? item.items : [item]))) {
    const previous = flat.at(-1);
    if (isNever(item)) return NEVER;
    if (item.kind === "literal" && previous?.kind === "literal") {
      flat[flat.length - 1] = literal(previous.text + item.text);
    } else {
      flat.push(item);
    }
  }
  return flat.length === 1 && flat[0] !== undefined ? flat[0] : { kind: "sequence", items: flat };
}

/** Alternatives, without those that match nothing and without repeated ones. */
export function choice(items: readonly Expression[]): Expression {
  const flat = items.flatMap((item) => (item.kind === "choice" ? item.items : [item]));
  const distinct = [...new Map(flat.map((item) => [expressionKey(item), item])).values()];
  return distinct.length === 1 && distinct[0] !== undefined
    ? distinct[0]
    : { kind: "choice", items: distinct };
}

/** `max` may be Infinity. */
export function repeat(item: Expression, min: number, max: number): Expression {
  if (isNever(item)) return min === 0 ? EMPTY : NEVER;
  if (max === 0 || isEmpty(item)) return EMPTY;
  return min === 1 && max === 1 ? item : { kind: "repeat", item, min, max };
}

export function optional(item: Expression): Expression {
  return repeat(item, 0, 1);
}

/** Equal for equal expressions. */
export function expressionKey(expression: Expression): string {
  return JSON.stringify(expression);
}

/** The expression with every rule name replaced by what `replace` gives, simplified again. */
export function mapRules(expression: Expression, replace: (name: string) => Expression): Expression {
  const map = (inner: Expression) => mapRules(inner, replace);
  switch (expression.kind) {
    case "rule":
      return replace(expression.name);
    case "sequence":
      return sequence(...expression.items.map(map));
    case "choice":
      return choice(expression.items.map(map));
    case "repeat":
      return repeat(map(expression.item), expression.min, expression.max);
    default:
      return expression;
  }
}

/** The names of the rules the expression refers to. */
export function rulesIn(expression: Expression): string[] {
  switch (expression.kind) {
    case "rule":
      return [expression.name];
    case "sequence":
    case "choice":
      return expression.items.flatMap(rulesIn);
    case "repeat":
      return rulesIn(expression.item);
    default:
      return [];
  }
}
