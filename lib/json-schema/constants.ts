import { COLON, COMMA, WS } from "./builtin-rules.js";
import { choice, EMPTY, type Expression, literal, optional, sequence } from "./expression.js";
import type { Json } from "./json-value.js";
import { MAX_DEPTH } from "./limits.js";

type Container = readonly Json[] | { readonly [key: string]: Json };

/** The values as JSON.stringify writes them, objects and arrays with whitespace where it may stand. */
export function constants(values: readonly Json[]): Expression {
  const scalars = values.filter((value) => !isContainer(value)).map((value) => JSON.stringify(value));
  return choice([prefixTree(scalars), ...values.filter(isContainer).map(container)]);
}

function isContainer(value: Json): value is Container {
  return value !== null && typeof value === "object";
}

/**
 * The texts, with common beginnings written once: llama.cpp follows every alternative at once, so the fewer that begin
 * alike the faster it is.
 */
function prefixTree(texts: readonly string[], depth = 0): Expression {
  if (depth === MAX_DEPTH) return choice(texts.map(literal));
  const groups = new Map<string, string[]>();
  for (const text of new Set(texts)) {
    const [first = ""] = text;
    groups.set(first, [...(groups.get(first) ?? []), text]);
  }
  return choice(
    [...groups.values()].map((group) => {
      const shared = commonBeginning(group);
      const rests = group.map((text) => text.slice(shared.length)).filter((rest) => rest !== "");
      const rest = rests.length === 0 ? EMPTY : prefixTree(rests, depth + 1);
      return sequence(literal(shared), rests.length < group.length ? optional(rest) : rest);
    }),
  );
}

function container(value: Container): Expression {
  if (Array.isArray(value)) return enclosed("[", value.map(constant), "]");
  const members = Object.entries(value).map(([key, item]) =>
    sequence(literal(JSON.stringify(key)), COLON, constant(item)),
  );
  return enclosed("{", members, "}");
}

function constant(value: Json): Expression {
  return constants([value]);
}

function enclosed(open: string, items: readonly Expression[], close: string): Expression {
  const list = items.flatMap((item, i) => (i === 0 ? [item] : [COMMA, item]));
  return sequence(literal(open), WS, ...list, ...(items.length === 0 ? [] : [WS]), literal(close));
}

/** By whole characters: half a surrogate pair is no text of a grammar. */
function commonBeginning(texts: readonly string[]): string {
  const [first = "", ...others] = texts;
  let shared = "";
  for (const character of first) {
    if (!others.every((text) => text.startsWith(shared + character))) break;
    shared += character;
  }
  return shared;
}
