import type { Vector } from "./model.js";

export type Frequency = (pair: number) => number;

export function plainFrequency(size: number): Frequency {
  return (pair) => 10000 ** ((-2 * pair) / size);
}

/** Llama 3.1's: long waves are slowed down, short ones left alone, those between interpolated. */
export function scaledFrequency(scaling: Record<string, number>, size: number): Frequency {
  const {
    factor = 1,
    low_freq_factor: low = 1,
    high_freq_factor: high = 4,
    original_max_position_embeddings: trained = 1,
  } = scaling;
  return (pair) => {
    const frequency = 10000 ** ((-2 * pair) / size);
    const wavelength = (2 * Math.PI) / frequency;
    if (wavelength < trained / high) return frequency;
    if (wavelength > trained / low) return frequency / factor;
    const smooth = (trained / wavelength - low) / (high - low);
    return ((1 - smooth) * frequency) / factor + smooth * frequency;
  };
}

/** Rotates the pairs (i, i + rotary / 2). */
export function rotateHalves(x: Vector, pos: number, rotary: number, frequency: Frequency): Vector {
  return rotate(x, pos, rotary, (i) => [i, i + rotary / 2], frequency);
}

/** Rotates the pairs (2i, 2i + 1). */
export function rotateNeighbours(x: Vector, pos: number, rotary: number): Vector {
  return rotate(x, pos, rotary, (i) => [2 * i, 2 * i + 1], plainFrequency(rotary));
}

function rotate(
  x: Vector,
  pos: number,
  rotary: number,
  pair: (i: number) => [number, number],
  frequency: Frequency,
): Vector {
  const out = x.slice();
  for (let i = 0; i < rotary / 2; i++) {
    const [a, b] = pair(i);
    const cos = Math.cos(pos * frequency(i));
    const sin = Math.sin(pos * frequency(i));
    out[a] = (x[a] as number) * cos - (x[b] as number) * sin;
    out[b] = (x[b] as number) * cos + (x[a] as number) * sin;
  }
  return out;
}
