// @ts-check
// Seeded randomness, the same on every machine. Needs nothing.

const NORMALS = 1 << 16;

/** Random numbers that depend on the key only (sfc32). */
export class RandomStream {
  /** @param {(number | string)[]} key */
  constructor(...key) {
    this.a = hash(key, 0x9e3779b9);
    this.b = hash(key, 0x85ebca6b);
    this.c = hash(key, 0xc2b2ae35);
    this.counter = 1;
    for (let i = 0; i < 12; i++) this.uint32();
  }

  uint32() {
    const sum = (((this.a + this.b) | 0) + this.counter) | 0;
    this.counter = (this.counter + 1) | 0;
    this.a = this.b ^ (this.b >>> 9);
    this.b = (this.c + (this.c << 3)) | 0;
    this.c = (((this.c << 21) | (this.c >>> 11)) + sum) | 0;
    return sum >>> 0;
  }

  /** From 0 up to and without 1. */
  real() {
    return this.uint32() / 2 ** 32;
  }

  /** From 0 up to and without the limit. @param {number} limit */
  below(limit) {
    return Math.floor(this.real() * limit);
  }

  /** Fills with standard normal numbers, two of a table's for each draw. @param {Float32Array} numbers */
  normals(numbers) {
    const table = normalTable();
    for (let i = 0; i < numbers.length; i += 2) {
      const draw = this.uint32();
      numbers[i] = /** @type {number} */ (table[draw & 0xffff]);
      numbers[i + 1] = /** @type {number} */ (table[draw >>> 16]);
    }
  }

  /**
   * In place.
   * @template {number[] | Int32Array | Uint8Array} T
   * @param {T} items
   * @returns {T}
   */
  shuffle(items) {
    for (let i = items.length - 1; i > 0; i--) {
      const j = this.below(i + 1);
      const item = /** @type {number} */ (items[i]);
      items[i] = /** @type {number} */ (items[j]);
      items[j] = item;
    }
    return items;
  }
}

/** @type {Float32Array | undefined} */
let table;

/** A fixed sample of the normal distribution, by Box and Muller. */
function normalTable() {
  if (table) return table;
  table = new Float32Array(NORMALS);
  const random = new RandomStream("normal table");
  for (let i = 0; i < NORMALS; i += 2) {
    const radius = Math.sqrt(-2 * Math.log(1 - random.real()));
    const angle = 2 * Math.PI * random.real();
    table[i] = radius * Math.cos(angle);
    table[i + 1] = radius * Math.sin(angle);
  }
  return table;
}

/** FNV-1a over the key's parts, mixed. @param {(number | string)[]} key @param {number} seed */
function hash(key, seed) {
  let value = seed;
  for (const part of key) {
    const text = `${part}\0`;
    for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  }
  value = Math.imul(value ^ (value >>> 16), 0x21f0aaad);
  value = Math.imul(value ^ (value >>> 15), 0x735a2d97);
  return value ^ (value >>> 15);
}
