import { type Expression, mapRules, NEVER, rule, rulesIn } from "./expression.js";
import { ROOT, type Rules } from "./rules.js";
import { invalidSchema } from "./schema-error.js";

/**
 * The rules that `root` needs, without alternatives that no finite text can follow.
 * @throws SCHEMA_INVALID where `root` itself can match no finite text: no document fulfils the schema.
 */
export function pruned(rules: Rules): Rules {
  const finite = finiteRules(rules);
  if (!finite.has(ROOT)) {
    throw invalidSchema(
      culprit(rules, finite),
      "a schema that some JSON document fulfils",
      "one that none does",
    );
  }
  const simplified = [...rules].map(([name, { body, pointer }]) => {
    const kept = mapRules(body, (inner) => (finite.has(inner) ? rule(inner) : NEVER));
    return [name, { body: kept, pointer }] as const;
  });
  return reachable(new Map(simplified));
}

/** The rules that `root` leads to, in their order. */
export function reachable(rules: Rules): Rules {
  const found = new Set([ROOT]);
  for (const name of found) {
    for (const inner of rulesIn(rules.get(name)?.body ?? NEVER)) found.add(inner);
  }
  return new Map([...rules].filter(([name]) => found.has(name)));
}

function finiteRules(rules: Rules): Set<string> {
  // Rules mostly refer to later ones, so that from the end one round is nearly enough.
  const fromEnd = [...rules].reverse();
  const finite = new Set<string>();
  for (let before = -1; before < finite.size; ) {
    before = finite.size;
    for (const [name, { body }] of fromEnd) {
      if (!finite.has(name) && canEnd(body, finite)) finite.add(name);
    }
  }
  return finite;
}

function canEnd(expression: Expression, finite: ReadonlySet<string>): boolean {
  switch (expression.kind) {
    case "rule":
      return finite.has(expression.name);
    case "sequence":
      return expression.items.every((item) => canEnd(item, finite));
    case "choice":
      return expression.items.some((item) => canEnd(item, finite));
    case "repeat":
      return expression.min === 0 || canEnd(expression.item, finite);
    default:
      return true;
  }
}

/** The pointer of the innermost schema at fault, found by following what cannot be followed to an end. */
function culprit(rules: Rules, finite: ReadonlySet<string>): string {
  const passed = new Set<string>();
  let name = ROOT;
  for (;;) {
    passed.add(name);
    const rule = rules.get(name);
    const next = rulesIn(rule?.body ?? NEVER).find((inner) => !finite.has(inner) && !passed.has(inner));
    if (next === undefined) return rule?.pointer ?? "#";
    name = next;
  }
}
