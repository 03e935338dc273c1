import { choice, type Expression, repeat, sequence } from "./expression.js";
import { RuleSet, type Rules } from "./rules.js";

/** llama.cpp's limit on the rules that one repetition makes; above it grammars are refused, or bounds ignored. */
const MAX_REPEATED = 2000;
/** What larger repetitions are divided into. */
const BLOCK = 1000;

/** The rules with every repetition within llama.cpp's limit, and otherwise the same. */
export function withinLimits(rules: Rules): Rules {
  const set = new RuleSet();
  // All names are taken before any new one is.
  for (const [name, rule] of rules) set.define(name, rule);
  for (const [name, { body, pointer }] of rules) {
    const add = (body: Expression) => set.add(`${name}-part`, { body, pointer });
    set.define(name, { body: limited(body, add), pointer });
  }
  return set.rules;
}

type Add = (body: Expression) => Expression;

function limited(expression: Expression, add: Add): Expression {
  switch (expression.kind) {
    case "sequence":
      return sequence(...expression.items.map((item) => limited(item, add)));
    case "choice":
      return choice(expression.items.map((item) => limited(item, add)));
    case "repeat":
      return limitedRepeat(limited(expression.item, add), expression.min, expression.max, add);
    default:
      return expression;
  }
}

function limitedRepeat(item: Expression, min: number, max: number, add: Add): Expression {
  const times = Math.max(1, min, max === Infinity ? 0 : max);
  if (rulesMade(item) * times <= MAX_REPEATED) return repeat(item, min, max);
  const single = rulesMade(item) > 1 ? add(item) : item;
  if (times <= MAX_REPEATED) return repeat(single, min, max);
  const block = add(repeat(single, BLOCK, BLOCK));
  const rest = max === Infinity ? repeat(single, 0, Infinity) : upTo(max - min, single, block, add);
  return sequence(exactly(min, single, block), rest);
}

function exactly(times: number, item: Expression, block: Expression): Expression {
  return sequence(
    repeat(block, Math.floor(times / BLOCK), Math.floor(times / BLOCK)),
    repeat(item, times % BLOCK, times % BLOCK),
  );
}

/** Either less than a block, or a block and what may follow it. */
function upTo(times: number, item: Expression, block: Expression, add: Add): Expression {
  const less = add(repeat(item, 0, BLOCK - 1));
  let expression = repeat(item, 0, times % BLOCK);
  for (let blocks = Math.floor(times / BLOCK); blocks > 0; blocks--) {
    expression = add(choice([less, sequence(block, expression)]));
  }
  return expression;
}

/** How many rules llama.cpp makes of a repeated item at most: one for a group, and those of the repetitions and names in it. */
function rulesMade(expression: Expression): number {
  switch (expression.kind) {
    case "sequence":
    case "choice":
      return expression.items.reduce((sum, item) => sum + rulesMade(item), 1);
    case "repeat": {
      const optional = expression.max === Infinity ? 1 : expression.max - expression.min;
      return 1 + rulesMade(expression.item) + optional;
    }
    default:
      return 1;
  }
}
