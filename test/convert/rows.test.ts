/** Rows of stored tensors, whatever parts they are read in. */
import { writeFileSync } from "node:fs";
import t from "tap";
import { fromFloat16 } from "../../lib/convert/float16.js";
import { readRows } from "../../lib/convert/rows.js";
import { TensorReader } from "../../lib/convert/stored-tensor.js";

const FINITE = 0x7c00;

// More rows than are read at once; more columns than are transposed at once, of long rows and of short ones.
for (const shape of [
  [3000, 2000],
  [5, 1_000_000],
  [1_000_000, 5],
] as const) {
  t.test(`a matrix of ${shape.join(" × ")}, stored transposed`, async (t) => {
    const [height, width] = shape;
    const file = `${t.testdir()}/halves`;
    const halves = Uint16Array.from({ length: height * width }, (_, i) => i % FINITE);
    writeFileSync(file, halves);
    const values = fromFloat16(Uint16Array.from({ length: FINITE }, (_, i) => i));
    const reader = new TensorReader();
    t.teardown(() => reader.close());
    let at = 0;
    let wrong = 0;
    const stored = { file, dtype: "F16", shape, offset: 0 } as const;
    for await (const block of readRows({ tensor: "x", shape, transposed: true }, stored, reader)) {
      for (let i = 0; i < block.length; i++, at++) {
        const row = at % height;
        const column = (at - row) / height;
        if (block[i] !== values[(row * width + column) % FINITE]) wrong++;
      }
    }
    t.equal(at, height * width);
    t.equal(wrong, 0);
  });
}
