// @ts-check
// 16-bit floating point, as GGUF's f16 tensors hold it: zeros and normal numbers only, since CPUs may be slow at or flush
// the others. Needs nothing.

const SMALLEST_NORMAL = 0x0400;
const LARGEST = 0x7bff;

/**
 * Rounds to the nearest half; numbers too small to be normal ones become the smallest, numbers too large the largest.
 * @param {Float32Array} numbers
 * @param {Uint16Array} halves
 * @param {number} [at] where in halves
 */
export function toHalves(numbers, halves, at = 0) {
  const bits = new Uint32Array(numbers.buffer, numbers.byteOffset, numbers.length);
  for (let i = 0; i < bits.length; i++) {
    const bit = /** @type {number} */ (bits[i]);
    const sign = (bit >>> 16) & 0x8000;
    const magnitude = bit & 0x7fffffff;
    // The exponent's bias falls from 127 to 15; ties go to the even half.
    const rounded = (magnitude - 0x38000000 + 0x0fff + ((magnitude >>> 13) & 1)) >> 13;
    halves[at + i] = magnitude === 0 ? sign : sign | Math.min(LARGEST, Math.max(SMALLEST_NORMAL, rounded));
  }
}

/** The number a half of this file's kind stands for. @param {number} half */
export function fromHalf(half) {
  const magnitude = half & 0x7fff;
  if (magnitude === 0) return 0;
  return (half & 0x8000 ? -1 : 1) * 2 ** ((magnitude >> 10) - 15) * (1 + (magnitude & 0x3ff) / 1024);
}
