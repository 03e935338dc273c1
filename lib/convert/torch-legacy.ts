import type { FileHandle } from "node:fs/promises";
import { damaged, unsupported } from "./checkpoint-error.js";
import { readPickle } from "./pickle.js";
import { isSize, type PickledTensors, place, readPickledTensors } from "./pickled-tensors.js";
import { readExactly } from "./read-exactly.js";
import { DTYPE_BYTES, type StoredTensor } from "./stored-tensor.js";

/** The pickle of the number 0x1950a86a20f9469cfc6c, which every such file begins with. */
export const MAGIC = Buffer.from("80028a0a6cfc9c46f9206aa850192e", "hex");
const PROTOCOL = 1001;

/** Read first; a larger part of the file where the pickles do not end within. */
const FIRST_BYTES = 1 << 20;
const LARGEST_PICKLES = 64 << 20;

/**
 * The tensors of a file of before PyTorch 1.6: five pickles (a magic number, the protocol, the machine, the tensors, the
 * storages' keys), then each storage as eight bytes with the number of its values and the values.
 * Rejects with CHECKPOINT_INVALID, CHECKPOINT_UNSUPPORTED.
 */
export async function readLegacyTorchFile(
  path: string,
  file: FileHandle,
): Promise<Map<string, StoredTensor>> {
  const { size } = await file.stat();
  const { tensors, ...rest } = await pickles(path, file, size);
  const located = await locate(path, file, rest, size);
  const placed = new Map<string, StoredTensor>();
  for (const [name, tensor] of tensors) {
    const stored = located.get(tensor.storage.key);
    if (stored === undefined) throw damaged(path, `a storage ${tensor.storage.key}, for ${name}`, "none");
    placed.set(name, place(path, name, tensor, stored));
  }
  return placed;
}

interface Pickles extends PickledTensors {
  keys: readonly unknown[];
}

async function pickles(path: string, file: FileHandle, size: number): Promise<Pickles> {
  for (let window = FIRST_BYTES; ; window *= 8) {
    const bytes = await readExactly(path, file, 0, Math.min(window, LARGEST_PICKLES, size));
    try {
      return parse(path, bytes);
    } catch (error) {
      if (bytes.length === size || window >= LARGEST_PICKLES) throw error;
    }
  }
}

function parse(path: string, bytes: Buffer): Pickles {
  const plain = {
    reduce(callable: string): never {
      throw unsupported(path, `its pickle calls ${callable}, which weights do not need; it may be malicious`);
    },
    persistent(): never {
      throw damaged(path, "plain values around the tensors", "a storage");
    },
  };
  const protocol = readPickle(path, bytes, plain, MAGIC.length);
  if (protocol.value !== PROTOCOL) throw unsupported(path, `it is of another protocol than ${PROTOCOL}`);
  const machine = readPickle(path, bytes, plain, protocol.end);
  if (!(machine.value instanceof Map)) throw damaged(path, "what machine it is from", "something else");
  if (machine.value.get("little_endian") !== true) throw unsupported(path, "its byte order is big");
  const tensors = readPickledTensors(path, bytes, machine.end);
  const keys = readPickle(path, bytes, plain, tensors.end);
  if (!Array.isArray(keys.value)) throw damaged(path, "a list of storages", "something else");
  return { ...tensors, keys: keys.value, end: keys.end };
}

/** Where each storage's values lie. */
async function locate(
  path: string,
  file: FileHandle,
  { keys, storages, end }: Omit<Pickles, "tensors">,
  size: number,
): Promise<Map<string, { offset: number; size: number }>> {
  const found = new Map<string, { offset: number; size: number }>();
  let at = end;
  for (const key of keys) {
    const storage = typeof key === "string" ? storages.get(key) : undefined;
    if (storage === undefined) throw damaged(path, "storages of tensors only", "another");
    const count = Number((await readExactly(path, file, at, 8)).readBigInt64LE());
    const length = count * DTYPE_BYTES[storage.dtype];
    if (!isSize(length) || at + 8 + length > size)
      throw damaged(path, `${count} values in storage ${key}`, `the end of the file, ${size} bytes`);
    found.set(storage.key, { offset: at + 8, size: length });
    at += 8 + length;
  }
  return found;
}
