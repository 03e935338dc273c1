import { fromHalf, toHalves } from "../../scripts/dialled/half.mjs";
import type { Gguf } from "./gguf.js";

const F16 = 1;
const Q8_0 = 8;
const BLOCK = 32;

/** Turns the f16 matrices whose rows are whole blocks into q8_0: a scale in f16 and 32 bytes. Returns their names. */
export function quantise(gguf: Gguf): string[] {
  const matrices = gguf.tensors.filter(
    ({ type, dimensions: [width = 0n, rows = 0n] }) =>
      type === F16 && rows > 0n && width % BigInt(BLOCK) === 0n,
  );
  for (const tensor of matrices) {
    const count = Number(tensor.dimensions.reduce((product, size) => product * size, 1n));
    const values = Array.from({ length: count }, (_, i) => fromHalf(tensor.data.readUInt16LE(2 * i)));
    const blocks = Array.from({ length: count / BLOCK }, (_, i) =>
      block(values.slice(BLOCK * i, BLOCK * (i + 1))),
    );
    tensor.type = Q8_0;
    tensor.data = Buffer.concat(blocks);
  }
  return matrices.map(({ name }) => name);
}

function block(values: readonly number[]): Buffer {
  const scale = Math.max(...values.map(Math.abs)) / 127;
  const half = new Uint16Array(1);
  toHalves(new Float32Array([scale]), half);
  const bytes = Buffer.alloc(2 + BLOCK);
  bytes.writeUInt16LE(half[0] ?? 0, 0);
  for (const [i, value] of values.entries())
    bytes.writeInt8(scale === 0 ? 0 : Math.round(value / scale), 2 + i);
  return bytes;
}
