/** 16-bit floating point formats. All arrays are little-endian, as are the processors that Node runs on. */

let halfValues: Float32Array | undefined;

/** Every half's value; made when first needed, since every user of the package loads this file. */
function valuesOfHalves(): Float32Array {
  halfValues ??= Float32Array.from({ length: 0x10000 }, (_, bits) => halfValue(bits));
  return halfValues;
}

function halfValue(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15));
}

export function fromFloat16(halves: Uint16Array): Float32Array {
  const known = valuesOfHalves();
  const values = new Float32Array(halves.length);
  for (let i = 0; i < halves.length; i++) values[i] = known[halves[i] as number] as number;
  return values;
}

export function fromBfloat16(halves: Uint16Array): Float32Array {
  const bits = new Uint32Array(halves.length);
  for (let i = 0; i < halves.length; i++) bits[i] = (halves[i] as number) << 16;
  return new Float32Array(bits.buffer);
}

/**
 * The nearest halves, ties to even; subnormal halves included. Values beyond ±65504, infinities and NaN are counted and left
 * as infinity or NaN.
 */
export function toFloat16(values: Float32Array): { halves: Uint16Array; outside: number } {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const halves = new Uint16Array(values.length);
  let outside = 0;
  for (let i = 0; i < bits.length; i++) {
    const bit = bits[i] as number;
    const magnitude = bit & 0x7fffffff;
    let half: number;
    if (magnitude >= 0x477ff000) {
      outside += 1;
      half = magnitude > 0x7f800000 ? 0x7e00 : 0x7c00;
    } else if (magnitude < 0x38800000) {
      half = roundToEven(Math.abs(values[i] as number) * 2 ** 24);
    } else {
      half = (magnitude - 0x38000000 + 0x0fff + ((magnitude >>> 13) & 1)) >>> 13;
    }
    halves[i] = ((bit >>> 16) & 0x8000) | half;
  }
  return { halves, outside };
}

function roundToEven(value: number): number {
  const down = Math.floor(value);
  const rest = value - down;
  return rest > 0.5 || (rest === 0.5 && down % 2 === 1) ? down + 1 : down;
}
