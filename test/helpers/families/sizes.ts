/** What the tiny models of all families have in common. */

export interface Family {
  config: Record<string, unknown>;
  /** Of the tensors, by name. */
  shapes: Record<string, number[]>;
}

export const VOCABULARY = 96;

export const SMALL = { hidden: 32, layers: 2, heads: 4, feedForward: 48, positions: 80 };

export function affine(name: string, size: number) {
  return { [`${name}.weight`]: [size], [`${name}.bias`]: [size] };
}

export function linear(name: string, rows: number, columns: number) {
  return { [`${name}.weight`]: [rows, columns], [`${name}.bias`]: [rows] };
}
