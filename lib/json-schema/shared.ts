import { type Expression, expressionKey, isEmpty, mapRules, rule } from "./expression.js";
import { reachable } from "./pruned.js";
import { ROOT, type Rules } from "./rules.js";

/** The rules with those that are alike made one, and those that only name a literal or another rule put in their place. */
export function shared(rules: Rules): Rules {
  let current = withRootInPlace(rules);
  for (;;) {
    const next = once(current);
    if (next.size === current.size) return next;
    current = next;
  }
}

/** A root that only names a rule is given that rule's body; if the rule is used elsewhere too, the two are then alike. */
function withRootInPlace(rules: Rules): Rules {
  let root = rules.get(ROOT);
  while (root?.body.kind === "rule") root = rules.get(root.body.name);
  return root === undefined ? rules : new Map([...rules, [ROOT, root]]);
}

function once(rules: Rules): Rules {
  const firsts = new Map<string, string>();
  const replacements = new Map<string, Expression>();
  for (const [name, { body }] of rules) {
    const key = expressionKey(body);
    const first = firsts.get(key);
    if (isTrivial(body)) replacements.set(name, body);
    else if (first !== undefined) replacements.set(name, rule(first));
    else firsts.set(key, name);
  }
  const replace = (name: string): Expression => {
    const replacement = replacements.get(name);
    if (replacement === undefined) return rule(name);
    return replacement.kind === "rule" ? replace(replacement.name) : replacement;
  };
  return reachable(
    new Map(
      [...rules].map(([name, { body, pointer }]) => [name, { body: mapRules(body, replace), pointer }]),
    ),
  );
}

function isTrivial(body: Expression): boolean {
  return body.kind === "literal" || body.kind === "rule" || isEmpty(body);
}
