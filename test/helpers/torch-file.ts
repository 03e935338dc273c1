import { type Dtype, encoded } from "./floats.js";
import type { Tensor } from "./weights.js";
import { zip } from "./zip.js";

const STORAGE = { F32: "FloatStorage", F16: "HalfStorage", BF16: "BFloat16Storage" };

/** What torch.save writes of a state dictionary: a zip, uncompressed, of a pickle and of each storage. */
export function torchFile(tensors: Map<string, Tensor>, dtype: Dtype): Buffer {
  const entries: [string, Buffer][] = [["archive/data.pkl", statePickle(tensors, dtype)]];
  for (const [i, { values }] of [...tensors.values()].entries())
    entries.push([`archive/data/${i}`, encoded(values, dtype)]);
  entries.push(["archive/version", Buffer.from("3\n")]);
  return zip(entries);
}

function statePickle(tensors: Map<string, Tensor>, dtype: Dtype): Buffer {
  const parts = [Buffer.from([0x80, 2]), global("collections", "OrderedDict"), Buffer.from(")R(")];
  for (const [i, [name, { shape, values }]] of [...tensors].entries()) {
    let step = 1;
    const stride = [...shape].reverse().map((size) => {
      const one = step;
      step *= size;
      return one;
    });
    parts.push(
      unicode(name),
      global("torch._utils", "_rebuild_tensor_v2"),
      Buffer.from("(("),
      unicode("storage"),
      global("torch", STORAGE[dtype]),
      unicode(String(i)),
      unicode("cpu"),
      int(values.length),
      Buffer.from("tQ"),
      int(0),
      tuple(shape),
      tuple(stride.reverse()),
      Buffer.from([0x89]),
      global("collections", "OrderedDict"),
      Buffer.from(")RtR"),
    );
  }
  return Buffer.concat([...parts, Buffer.from("u.")]);
}

export function global(module: string, name: string): Buffer {
  return Buffer.from(`c${module}\n${name}\n`);
}

export function unicode(text: string): Buffer {
  const bytes = Buffer.from(text);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(bytes.length);
  return Buffer.concat([Buffer.from("X"), length, bytes]);
}

function int(value: number): Buffer {
  const bytes = Buffer.alloc(5);
  bytes.write("J");
  bytes.writeInt32LE(value, 1);
  return bytes;
}

function tuple(values: number[]): Buffer {
  return Buffer.concat([Buffer.from("("), ...values.map(int), Buffer.from("t")]);
}
