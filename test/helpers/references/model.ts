import type { Checkpoint } from "../checkpoint.js";
import type { Tensor } from "../weights.js";

export type Vector = Float64Array;

/** A checkpoint's tensors, and the layers that all families have. */
export class Model {
  constructor(readonly checkpoint: Checkpoint) {}

  number(key: string): number {
    return Number(this.checkpoint.config[key]);
  }
  tensor(name: string): Tensor {
    const tensor = this.checkpoint.tensors.get(name);
    if (tensor === undefined) throw new Error(`no ${name}`);
    return tensor;
  }
  row(name: string, row: number): Vector {
    const { shape, values } = this.tensor(name);
    const width = shape[1] as number;
    return values.slice(row * width, (row + 1) * width);
  }
  /** W·x */
  times(name: string, x: Vector): Vector {
    const { shape, values } = this.tensor(name);
    const [rows = 0, columns = 0] = shape;
    return Float64Array.from({ length: rows }, (_, row) => {
      let sum = 0;
      for (let i = 0; i < columns; i++) sum += (values[row * columns + i] as number) * (x[i] as number);
      return sum;
    });
  }
  /** xᵀ·W, as GPT-2 stores it. */
  timesExchanged(name: string, x: Vector): Vector {
    const { shape, values } = this.tensor(name);
    const [rows = 0, columns = 0] = shape;
    const out = new Float64Array(columns);
    for (let row = 0; row < rows; row++) {
      for (let i = 0; i < columns; i++)
        out[i] = (out[i] as number) + (x[row] as number) * (values[row * columns + i] as number);
    }
    return out;
  }
  linear(name: string, x: Vector): Vector {
    return add(this.times(`${name}.weight`, x), this.tensor(`${name}.bias`).values);
  }
  exchanged(name: string, x: Vector): Vector {
    return add(this.timesExchanged(`${name}.weight`, x), this.tensor(`${name}.bias`).values);
  }
  layerNorm(name: string, x: Vector): Vector {
    const mean = x.reduce((sum, value) => sum + value, 0) / x.length;
    const variance = x.reduce((sum, value) => sum + (value - mean) ** 2, 0) / x.length;
    const { values: weight } = this.tensor(`${name}.weight`);
    const { values: bias } = this.tensor(`${name}.bias`);
    return x.map(
      (value, i) =>
        ((value - mean) / Math.sqrt(variance + 1e-5)) * (weight[i] as number) + (bias[i] as number),
    );
  }
  rmsNorm(name: string, x: Vector): Vector {
    const square = x.reduce((sum, value) => sum + value ** 2, 0) / x.length;
    const { values: weight } = this.tensor(`${name}.weight`);
    return x.map((value, i) => (value / Math.sqrt(square + 1e-5)) * (weight[i] as number));
  }
}

export function add(a: Vector, b: Vector): Vector {
  return a.map((value, i) => value + (b[i] as number));
}

export function dot(a: Vector, b: Vector): number {
  return a.reduce((sum, value, i) => sum + value * (b[i] as number), 0);
}

/** x·Φ(x), with the error function to 1e-7 (Abramowitz & Stegun 7.1.26). */
export function gelu(x: number): number {
  const z = Math.abs(x) / Math.SQRT2;
  const t = 1 / (1 + 0.3275911 * z);
  const poly =
    t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  const erf = 1 - poly * Math.exp(-z * z);
  return (x / 2) * (1 + (x < 0 ? -erf : erf));
}

export function geluTanh(x: number): number {
  return (x / 2) * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)));
}
