/** Gives the places where an expression that begins at a place in the text may end. */
type Matcher = (text: readonly number[], from: number, memo: Memo) => Set<number>;
/** By rule and place; undefined while the rule is being followed from there. */
type Memo = Map<string, Set<number> | undefined>;

/** llama.cpp's limit, which counts the rules that a repeated group makes times its repetitions. */
const MAX_REPEATED = 2000;

const parsed = new Map<string, Matcher>();

/** Whether the whole text follows the grammar. Written from GBNF's description, one rule to a line. */
export function accepts(grammar: string, text: string): boolean {
  const root = parsed.get(grammar) ?? new GrammarParser().parse(grammar);
  parsed.set(grammar, root);
  const codes = [...text].map((character) => character.codePointAt(0) ?? 0);
  return root(codes, 0, new Map()).has(codes.length);
}

class GrammarParser {
  readonly #rules = new Map<string, Matcher>();
  readonly #names = new Set<string>();
  #made = 0;
  #line = "";
  #at = 0;

  parse(grammar: string): Matcher {
    for (const line of grammar.trimEnd().split("\n")) {
      const [head = "", name = ""] = /^([a-zA-Z0-9-]+) ::= /.exec(line) ?? this.#fail("no rule");
      if (this.#rules.has(name)) this.#fail(`${name} a second time`);
      [this.#line, this.#at] = [line, head.length];
      this.#refer(name);
      this.#rules.set(name, this.#choice());
      if (this.#at < line.length) this.#fail("no end");
    }
    for (const name of this.#names) if (!this.#rules.has(name)) this.#fail(`no rule ${name}`);
    return this.#refer("root");
  }

  #choice(): Matcher {
    const items = [this.#sequence()];
    while (this.#eat(/\| */y)) items.push(this.#sequence());
    return (text, from, memo) => new Set(items.flatMap((item) => [...item(text, from, memo)]));
  }

  #sequence(): Matcher {
    const items: Matcher[] = [];
    for (let item = this.#item(); item !== undefined; item = this.#item()) items.push(item);
    return (text, from, memo) => items.reduce((ends, item) => step(item, ends, text, memo), new Set([from]));
  }

  #item(): Matcher | undefined {
    const before = this.#names.size + this.#made;
    const atom = this.#atom();
    if (atom === undefined) return undefined;
    const isGroup = this.#line[this.#at - 1] === ")";
    const made = isGroup ? this.#names.size + this.#made - before : 1;
    const [quantifier, min, max] = this.#quantifier();
    this.#eat(/ +/y);
    if (!quantifier) return atom;
    if (made * (max === Infinity ? Math.max(1, min) : max) > MAX_REPEATED) this.#fail("too many repetitions");
    this.#made += max === Infinity ? 1 : max - min;
    return repeated(atom, min, max);
  }

  #quantifier(): [text: string, min: number, max: number] {
    const [text = "", least, comma, most] = this.#eat(/[*+?]|\{(\d+)(,?)(\d*)\}/y) ?? [];
    if (least === undefined) return [text, Number(text === "+"), text === "?" ? 1 : Infinity];
    return [text, Number(least), comma ? Number(most || Infinity) : Number(least)];
  }

  #atom(): Matcher | undefined {
    const name = this.#eat(/[a-zA-Z0-9-]+/y)?.[0];
    if (name !== undefined) return this.#refer(name);
    if (this.#eat(/"/y)) {
      const codes: number[] = [];
      while (!this.#eat(/"/y)) codes.push(this.#character());
      return (text, from) =>
        new Set(codes.every((code, i) => code === text[from + i]) ? [from + codes.length] : []);
    }
    if (this.#eat(/\[/y)) return this.#characterClass();
    if (!this.#eat(/\( */y)) return undefined;
    this.#made++;
    const inner = this.#choice();
    if (!this.#eat(/\)/y)) this.#fail("no )");
    return inner;
  }

  #characterClass(): Matcher {
    const negated = this.#eat(/\^/y) !== undefined;
    const ranges: [number, number][] = [];
    while (!this.#eat(/\]/y)) {
      const first = this.#character();
      ranges.push([first, this.#eat(/-(?!\])/y) ? this.#character() : first]);
    }
    return (text, from) => {
      const code = text[from];
      const found = code !== undefined && ranges.some(([first, last]) => first <= code && code <= last);
      return new Set(code !== undefined && found !== negated ? [from + 1] : []);
    };
  }

  #character(): number {
    const [, hex, short, plain] =
      this.#eat(/\\[xuU]((?<=x)..|(?<=u).{4}|(?<=U).{8})|\\([trn\\"[\]-])|([^\\])/uy) ??
      this.#fail("no character");
    if (hex !== undefined) return Number.parseInt(hex, 16);
    const character = plain ?? { t: "\t", r: "\r", n: "\n" }[short ?? ""] ?? short;
    return character?.codePointAt(0) ?? 0;
  }

  #refer(name: string): Matcher {
    this.#names.add(name);
    return (text, from, memo) => {
      const key = `${name} ${from}`;
      const known = memo.get(key);
      if (known !== undefined) return known;
      if (memo.has(key)) this.#fail(`left recursion in ${name}`);
      memo.set(key, undefined);
      const ends = this.#rules.get(name)?.(text, from, memo) ?? new Set();
      memo.set(key, ends);
      return ends;
    };
  }

  #eat(expression: RegExp): RegExpExecArray | undefined {
    expression.lastIndex = this.#at;
    const match = expression.exec(this.#line);
    this.#at += match?.[0].length ?? 0;
    return match ?? undefined;
  }

  #fail(reason: string): never {
    throw new Error(`no grammar of llama.cpp: ${reason} at ${this.#line.slice(this.#at, this.#at + 40)}`);
  }
}

function step(item: Matcher, ends: Set<number>, text: readonly number[], memo: Memo): Set<number> {
  return new Set([...ends].flatMap((end) => [...item(text, end, memo)]));
}

function repeated(item: Matcher, min: number, max: number): Matcher {
  return (text, from, memo) => {
    let ends = new Set([from]);
    for (let i = 0; i < min; i++) ends = step(item, ends, text, memo);
    const all = new Set(ends);
    for (let i = min; i < max && ends.size > 0; i++) {
      ends = new Set([...step(item, ends, text, memo)].filter((end) => !all.has(end)));
      for (const end of ends) all.add(end);
    }
    return all;
  };
}
