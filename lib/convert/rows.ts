import type { Rows } from "./plan.js";
import type { StoredTensor, TensorReader } from "./stored-tensor.js";

/** Bytes of floats that are read, or transposed, at once. */
const CHUNK = 16 << 20;

/** The wanted rows in order, a few at a time: memory does not depend on the tensor's size. */
export async function* readRows(
  rows: Rows,
  stored: StoredTensor,
  reader: TensorReader,
): AsyncGenerator<Float32Array> {
  const [height = 0, width = 1] = rows.shape;
  if (rows.transposed) {
    yield* readTransposed(stored, height, width, reader);
    return;
  }
  const count = rows.count ?? height;
  const order = rows.order ?? ((row: number) => row);
  const atOnce = Math.max(1, Math.floor(CHUNK / 4 / width));
  for (let first = 0; first < count; first += atOnce) {
    const last = Math.min(count, first + atOnce);
    const values = new Float32Array((last - first) * width);
    for (let row = first; row < last; ) {
      // Rows that follow each other in the file are read together.
      let end = row + 1;
      while (end < last && order(end) === order(end - 1) + 1) end++;
      values.set(await reader.read(stored, order(row) * width, (end - row) * width), (row - first) * width);
      row = end;
    }
    yield values;
  }
}

/** Columns as rows, as many at a time as are read at once. */
async function* readTransposed(
  stored: StoredTensor,
  height: number,
  width: number,
  reader: TensorReader,
): AsyncGenerator<Float32Array> {
  const columns = Math.min(width, Math.max(1, Math.floor(CHUNK / 4 / height)));
  // Short rows are read whole, many at once; of long ones, only the part that is wanted.
  const isShort = width <= CHUNK / 64;
  const rows = isShort ? Math.floor(CHUNK / 4 / width) : 1;
  for (let left = 0; left < width; left += columns) {
    const count = Math.min(columns, width - left);
    const values = new Float32Array(count * height);
    for (let top = 0; top < height; top += rows) {
      const read = isShort
        ? await reader.read(stored, top * width, Math.min(rows, height - top) * width)
        : await reader.read(stored, top * width + left, count);
      for (let at = isShort ? left : 0, row = top; at < read.length; at += width, row++) {
        for (let column = 0; column < count; column++)
          values[column * height + row] = read[at + column] as number;
      }
    }
    yield values;
  }
}
