import { dot, type Vector } from "./model.js";

/** Causal attention; `part` gives the query (0), key (1) or value (2) of a head at a position. */
export function attention(
  length: number,
  heads: number,
  part: (pos: number, head: number, which: number) => Vector,
): Vector[] {
  const out: Vector[] = Array.from({ length }, () => new Float64Array(0));
  for (let h = 0; h < heads; h++) {
    const keys = Array.from({ length }, (_, pos) => part(pos, h, 1));
    const values = Array.from({ length }, (_, pos) => part(pos, h, 2));
    for (let pos = 0; pos < length; pos++) {
      const query = part(pos, h, 0);
      const weights = keys
        .slice(0, pos + 1)
        .map((key) => Math.exp(dot(query, key) / Math.sqrt(query.length)));
      const total = weights.reduce((sum, weight) => sum + weight, 0);
      const head = new Float64Array(query.length);
      for (const [j, weight] of weights.entries()) {
        for (let k = 0; k < head.length; k++)
          head[k] = (head[k] as number) + (weight / total) * ((values[j] as Vector)[k] as number);
      }
      out[pos] = Float64Array.from([...(out[pos] as Vector), ...head]);
    }
  }
  return out;
}

export function headOf(x: Vector, h: number, heads: number): Vector {
  const head = x.length / heads;
  return x.slice(h * head, (h + 1) * head);
}
