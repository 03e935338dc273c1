/** A schema with documents that fulfil it and documents that, by the way they were made, do not. */
export interface Sample {
  schema: unknown;
  valid: unknown[];
  invalid: unknown[];
}

/** The same numbers for the same seed (mulberry32). */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  /** An integer from 0 to `end` - 1. */
  below(end: number): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * end);
  }

  pick<T>(from: readonly T[]): T {
    return from[this.below(from.length)] as T;
  }

  times<T>(count: number, make: (i: number) => T): T[] {
    return Array.from({ length: count }, (_, i) => make(i));
  }
}

type Maker = (random: Random, depth: number) => Sample;

const letters = [...'ab é語😀"\\/\n\t\u0001'];

function text(random: Random, length: number): string {
  return random.times(length, () => random.pick(letters)).join("");
}

const integer: Maker = (random) => {
  const minimum = random.below(3000) - 1500;
  const maximum = minimum + random.below(2000);
  const between = random.times(3, () => minimum + random.below(maximum - minimum + 1));
  return {
    schema: { type: "integer", minimum, maximum },
    valid: [minimum, maximum, ...between],
    invalid: [minimum - 1, maximum + 1, minimum + 0.5, String(minimum), null],
  };
};

const string: Maker = (random) => {
  const minLength = 1 + random.below(4);
  const maxLength = minLength + random.below(4);
  return {
    schema: { type: "string", minLength, maxLength },
    valid: [minLength, maxLength].map((length) => text(random, length)),
    invalid: [text(random, minLength - 1), text(random, maxLength + 1), minLength, []],
  };
};

const pattern: Maker = (random) => {
  const [min, max] = [1 + random.below(3), 4 + random.below(3)];
  const valid = [`x-${"7".repeat(min)}`, `x-${"0".repeat(max)}`];
  const invalid = [`x-${"7".repeat(min - 1)}`, `x-${"0".repeat(max + 1)}`, "x7", `y-${"7".repeat(min)}`, 7];
  return { schema: { pattern: `^x-\\d{${min},${max}}$` }, valid, invalid };
};

const enumeration: Maker = (random) => {
  const values = [
    ...new Set(random.times(2 + random.below(4), () => text(random, random.below(4)))),
    1,
    null,
  ];
  const [other, ...kept] = values;
  return { schema: { enum: kept }, valid: kept, invalid: [other, 2, `${kept[0]}?`, false] };
};

const array: Maker = (random, depth) => {
  const item = randomSample(random, depth - 1);
  const minItems = 1 + random.below(2);
  const maxItems = minItems + random.below(3);
  const of = (length: number) => random.times(length, () => random.pick(item.valid));
  const broken = of(maxItems).with(random.below(maxItems), random.pick(item.invalid));
  const invalid = [of(minItems - 1), of(maxItems + 1), broken, {}, "[]"];
  return {
    schema: { type: "array", items: item.schema, minItems, maxItems },
    valid: [of(minItems), of(maxItems)],
    invalid,
  };
};

const tuple: Maker = (random, depth) => {
  const [first, second] = [randomSample(random, depth - 1), randomSample(random, depth - 1)];
  const [a, b] = [random.pick(first.valid), random.pick(second.valid)];
  const schema = { prefixItems: [first.schema, second.schema], minItems: 1 };
  return {
    schema,
    valid: [[a], [a, b]],
    invalid: [[], [random.pick(first.invalid)], [a, random.pick(second.invalid)], [a, b, 1]],
  };
};

const object: Maker = (random, depth) => {
  const names = [...new Set(random.times(1 + random.below(4), () => text(random, random.below(4))))];
  const members = names.map((name) => ({
    name,
    required: random.below(2) === 0,
    ...randomSample(random, depth - 1),
  }));
  const open = random.below(2) === 0;
  const schema = {
    type: "object",
    properties: Object.fromEntries(members.map(({ name, schema }) => [name, schema])),
    required: members.filter(({ required }) => required).map(({ name }) => name),
    ...(open ? { additionalProperties: { type: "boolean" } } : {}),
  };
  const whole = Object.fromEntries(members.map(({ name, valid }) => [name, random.pick(valid)]));
  const without = (gone: (member: (typeof members)[number]) => boolean) =>
    Object.fromEntries(members.filter((one) => !gone(one)).map(({ name }) => [name, whole[name]]));
  const victim = random.pick(members);
  return {
    schema,
    valid: [whole, without(({ required }) => !required), ...(open ? [{ ...whole, "other name": true }] : [])],
    invalid: [
      { ...whole, [victim.name]: random.pick(victim.invalid) },
      { ...whole, "other name": 1 },
      ...members.filter(({ required }) => required).map((gone) => without((one) => one === gone)),
      [],
    ],
  };
};

const union: Maker = (random, depth) => {
  const [numbers, others] = [integer(random, 0), random.pick([string, array, object])(random, depth - 1)];
  return {
    schema: { anyOf: [numbers.schema, others.schema] },
    valid: [...numbers.valid, ...others.valid],
    invalid: [numbers.invalid[0], null, true],
  };
};

const flat = [integer, string, pattern, enumeration];
const nested = [array, tuple, object, object, union];

/** A schema at most `depth` levels deep. */
export function randomSample(random: Random, depth: number): Sample {
  return random.pick(depth > 0 ? [...flat, ...nested] : flat)(random, depth);
}
