export type Dtype = "F32" | "F16" | "BF16";

export function encoded(values: Float64Array, dtype: Dtype): Buffer {
  const floats = Float32Array.from(values);
  if (dtype === "F32") return Buffer.from(floats.buffer);
  const bits = new Uint32Array(floats.buffer);
  if (dtype === "BF16") return Buffer.from(Uint16Array.from(bits, (bit) => bit >>> 16).buffer);
  return Buffer.from(Uint16Array.from(values, halfBits).buffer);
}

function halfBits(value: number): number {
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const magnitude = Math.abs(value);
  if (Number.isNaN(value)) return 0x7e00;
  if (magnitude === Number.POSITIVE_INFINITY) return sign | 0x7c00;
  if (magnitude < 2 ** -14) return sign | (magnitude * 2 ** 24);
  const exponent = Math.floor(Math.log2(magnitude));
  return sign | ((exponent + 15) << 10) | ((magnitude / 2 ** exponent) * 1024 - 1024);
}

/** To the nearest value of the type that is not subnormal, or 0. */
export function rounded(value: number, dtype: Dtype): number {
  if (dtype === "F32") return Math.fround(value);
  const magnitude = Math.abs(value);
  if (magnitude < 2 ** -14) return 0;
  const step = 2 ** (Math.floor(Math.log2(magnitude)) - (dtype === "F16" ? 10 : 7));
  return Math.round(value / step) * step;
}
