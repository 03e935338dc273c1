/** What a converted file holds: keys, and tensors as rows taken from the checkpoint's. */
import type { GgufValue } from "../native.js";

export type Metadata = [key: string, ...value: GgufValue];

/** Rows of one tensor of the checkpoint. */
export interface Rows {
  tensor: string;
  /** The tensor's expected shape; a vector has one column. */
  shape: readonly number[];
  /** Which row of it becomes row `row`. @default the same */
  order?: (row: number) => number;
  /** How many of its rows. @default all */
  count?: number;
  /** It is stored with rows and columns exchanged, as GPT-2's layers are. */
  transposed?: boolean;
}

/** A tensor of the converted file: rows of one or several tensors, or given values. */
export interface PlannedTensor {
  name: string;
  /** [rows, columns], or [length] for a vector, which stays in f32. */
  shape: readonly number[];
  from: readonly Rows[] | Float32Array;
}

export interface Plan {
  architecture: string;
  metadata: Metadata[];
  tensors: PlannedTensor[];
}

/** Rows of the token matrix. */
export function vocabularySize({ tensors }: Plan): number {
  return tensors.find(({ name }) => name === "token_embd.weight")?.shape[0] ?? 0;
}

/** The keys that every architecture has. */
export function sizes(of: {
  positions: number;
  hidden: number;
  layers: number;
  feedForward: number;
  heads: number;
}): Metadata[] {
  return [
    ["context_length", "u32", of.positions],
    ["embedding_length", "u32", of.hidden],
    ["block_count", "u32", of.layers],
    ["feed_forward_length", "u32", of.feedForward],
    ["attention.head_count", "u32", of.heads],
  ];
}

export function matrix(name: string, rows: number, columns: number, ...from: readonly Rows[]): PlannedTensor {
  return { name, shape: [rows, columns], from };
}

export function vector(name: string, from: readonly Rows[] | Float32Array, length: number): PlannedTensor {
  return { name, shape: [length], from };
}

/** A linear layer's weight and bias, rows reordered alike. */
export function linear(
  name: string,
  source: string,
  rows: number,
  columns: number,
  order?: (row: number) => number,
): PlannedTensor[] {
  const ordered = order === undefined ? {} : { order };
  return [
    matrix(`${name}.weight`, rows, columns, {
      tensor: `${source}.weight`,
      shape: [rows, columns],
      ...ordered,
    }),
    vector(`${name}.bias`, [{ tensor: `${source}.bias`, shape: [rows], ...ordered }], rows),
  ];
}

/** A layer norm's weight and bias. */
export function norm(name: string, source: string, size: number): PlannedTensor[] {
  return [
    vector(`${name}.weight`, [{ tensor: `${source}.weight`, shape: [size] }], size),
    vector(`${name}.bias`, [{ tensor: `${source}.bias`, shape: [size] }], size),
  ];
}

export function rmsNorm(name: string, source: string, size: number): PlannedTensor {
  return vector(`${name}.weight`, [{ tensor: `${source}.weight`, shape: [size] }], size);
}
