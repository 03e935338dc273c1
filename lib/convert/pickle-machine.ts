import { damaged } from "./checkpoint-error.js";

/** A function or class that a pickle names. Nothing is ever imported or called but what `reduce` knows. */
export class PickleGlobal {
  constructor(readonly name: string) {}
}

/** What a caller understands of a pickle. Either may throw. */
export interface PickleMeanings {
  /** The value of `callable(...args)`. */
  reduce(callable: string, args: readonly unknown[]): unknown;
  /** The value that a persistent id stands for. */
  persistent(id: unknown): unknown;
}

const MARK = Symbol("mark");

/** The stack machine that a pickle is a program for. Nothing is ever imported or called but what `meanings` knows. */
export class PickleMachine {
  readonly #stack: unknown[] = [];
  readonly #memo = new Map<number, unknown>();
  #at: number;

  constructor(
    readonly file: string,
    readonly bytes: Buffer,
    readonly meanings: PickleMeanings,
    from: number,
  ) {
    this.#at = from;
  }

  get at(): number {
    return this.#at;
  }

  push(value: unknown): void {
    this.#stack.push(value);
  }
  pop(): unknown {
    return this.#pop();
  }
  peek(): unknown {
    const value = this.#pop();
    this.#stack.push(value);
    return value;
  }
  mark(): void {
    this.#stack.push(MARK);
  }
  /** Everything above the last mark, which goes too. */
  popToMark(): unknown[] {
    const at = this.#stack.lastIndexOf(MARK);
    if (at < 0) throw this.#broken("a mark on the stack", "none");
    const values = this.#stack.splice(at);
    values.shift();
    return values;
  }
  put(index: number): void {
    this.#memo.set(index, this.peek());
  }
  memoize(): void {
    this.#memo.set(this.#memo.size, this.peek());
  }
  get(index: number): void {
    if (!this.#memo.has(index)) throw this.#broken(`a remembered value ${index}`, "none");
    this.push(this.#memo.get(index));
  }
  u8(): number {
    return this.#number(1, "readUInt8");
  }
  u16(): number {
    return this.#number(2, "readUInt16LE");
  }
  u32(): number {
    return this.#number(4, "readUInt32LE");
  }
  i32(): number {
    return this.#number(4, "readInt32LE");
  }
  f64(): number {
    return this.#number(8, "readDoubleBE");
  }
  skip(length: number): void {
    this.#take(length);
  }
  text(length: number): string {
    return this.#take(length).toString("utf8");
  }
  line(): string {
    const end = this.bytes.indexOf(0x0a, this.#at);
    if (end < 0) throw this.#broken("a line", "the end of the file");
    const line = this.bytes.toString("utf8", this.#at, end);
    this.#at = end + 1;
    return line;
  }
  /** A little-endian two's complement number. */
  long(length: number): number {
    const bytes = this.#take(length);
    let value = 0n;
    for (let i = length - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[i] as number);
    if (length > 0 && (bytes[length - 1] as number) >= 0x80) value -= 1n << BigInt(8 * length);
    return Number(value);
  }
  global(module: unknown, name: unknown): void {
    this.push(new PickleGlobal(`${module}.${name}`));
  }
  reduce(): void {
    const args = this.#pop();
    const callable = this.#pop();
    if (!(callable instanceof PickleGlobal) || !Array.isArray(args)) {
      throw this.#broken("a function and its arguments", "something else");
    }
    this.push(this.meanings.reduce(callable.name, args));
  }
  persistent(): void {
    this.push(this.meanings.persistent(this.#pop()));
  }
  setItems(items: readonly unknown[]): void {
    const map = this.peek();
    if (!(map instanceof Map) || items.length % 2 !== 0)
      throw this.#broken("a dictionary and pairs", "something else");
    for (let i = 0; i < items.length; i += 2) map.set(items[i], items[i + 1]);
  }
  append(items: readonly unknown[]): void {
    const list = this.peek();
    if (!Array.isArray(list)) throw this.#broken("a list", "something else");
    for (const item of items) list.push(item);
  }

  #pop(): unknown {
    const value = this.#stack.pop();
    if (value === undefined || value === MARK) throw this.#broken("a value on the stack", "none");
    return value;
  }
  #number(
    length: number,
    read: "readUInt8" | "readUInt16LE" | "readUInt32LE" | "readInt32LE" | "readDoubleBE",
  ): number {
    return this.#take(length)[read](0);
  }
  #take(length: number): Buffer {
    if (length > this.bytes.length - this.#at)
      throw this.#broken(`${length} more bytes of pickle`, "the end of the file");
    this.#at += length;
    return this.bytes.subarray(this.#at - length, this.#at);
  }
  #broken(expected: string, actual: string) {
    return damaged(this.file, `${expected} at byte ${this.#at}`, actual);
  }
}
