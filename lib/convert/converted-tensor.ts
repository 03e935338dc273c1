import { createError } from "../errors.js";
import type { Checkpoint } from "./checkpoint.js";
import { damaged } from "./checkpoint-error.js";
import { toFloat16 } from "./float16.js";
import type { GgufTensor } from "./gguf-file.js";
import type { PlannedTensor, Rows } from "./plan.js";
import { readRows } from "./rows.js";
import { elements, type StoredTensor, type TensorReader } from "./stored-tensor.js";

/** Checks the checkpoint's tensors, whose values are read when the file is written. */
export function toGgufTensor(
  planned: PlannedTensor,
  checkpoint: Checkpoint,
  reader: TensorReader,
): GgufTensor & { bytes: number } {
  const { name, shape, from } = planned;
  const isVector = shape.length === 1;
  const parts =
    from instanceof Float32Array ? [] : from.map((rows) => ({ rows, stored: find(rows, checkpoint) }));
  async function* data(): AsyncGenerator<Uint8Array> {
    if (from instanceof Float32Array) yield bytesOf(from);
    for (const { rows, stored } of parts) {
      for await (const values of readRows(rows, stored, reader))
        yield isVector ? bytesOf(values) : toHalves(values, rows, stored);
    }
  }
  return {
    name,
    type: isVector ? "f32" : "f16",
    dimensions: [...shape].reverse(),
    bytes: elements({ shape }) * (isVector ? 4 : 2),
    data,
  };
}

function find({ tensor, shape }: Rows, { folder, config, tensors }: Checkpoint): StoredTensor {
  const stored = tensors.get(tensor);
  if (stored === undefined) throw damaged(folder, `a tensor ${tensor}, as ${config.file} promises`, "none");
  if (stored.shape.length !== shape.length || stored.shape.some((size, i) => size !== shape[i])) {
    throw damaged(
      stored.file,
      `${tensor} of shape [${shape.join(", ")}], as ${config.file} says`,
      `[${stored.shape.join(", ")}]`,
    );
  }
  if (!["F16", "BF16", "F32", "F64"].includes(stored.dtype)) {
    throw damaged(stored.file, `${tensor} of a floating-point type`, stored.dtype);
  }
  return stored;
}

function toHalves(values: Float32Array, { tensor }: Rows, { file }: StoredTensor): Uint8Array {
  const { halves, outside } = toFloat16(values);
  if (outside > 0) {
    throw createError(
      "WEIGHTS_OUT_OF_RANGE",
      `${file}: expected weights of ${tensor} within f16's ±65504 but found ${outside} of ${values.length} beyond`,
    );
  }
  return bytesOf(halves);
}

function bytesOf(values: Float32Array | Uint16Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}
