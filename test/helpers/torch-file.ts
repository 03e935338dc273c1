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

/** What torch.save wrote before PyTorch 1.6: five pickles, then each storage behind the number of its values. */
export function legacyTorchFile(tensors: Map<string, Tensor>, dtype: Dtype): Buffer {
  const storages = [...tensors.values()].flatMap(({ values }) => {
    const count = Buffer.alloc(8);
    count.writeBigInt64LE(BigInt(values.length));
    return [count, encoded(values, dtype)];
  });
  const keys = [...tensors.keys()].map((_, i) => unicode(String(i)));
  return Buffer.concat([
    ...[LEGACY_BEGIN, legacyMachine(true), statePickle(tensors, dtype)],
    ...[Buffer.from("]("), ...keys, Buffer.from("e."), ...storages],
  ]);
}

/** Magic number and protocol. */
export const LEGACY_BEGIN = Buffer.from("80028a0a6cfc9c46f9206aa850192e80024de9032e", "hex");

export function legacyMachine(littleEndian: boolean): Buffer {
  const value = Buffer.from([littleEndian ? 0x88 : 0x89]);
  return Buffer.concat([Buffer.from("}("), unicode("little_endian"), value, Buffer.from("u.")]);
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
