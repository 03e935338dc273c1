import { damaged, unsupported } from "./checkpoint-error.js";
import { readPickle } from "./pickle.js";
import { PickleGlobal } from "./pickle-machine.js";
import { DTYPE_BYTES, type DType, elements, type StoredTensor } from "./stored-tensor.js";

const STORAGE_TYPES: Readonly<Record<string, DType>> = {
  "torch.DoubleStorage": "F64",
  "torch.FloatStorage": "F32",
  "torch.HalfStorage": "F16",
  "torch.BFloat16Storage": "BF16",
  "torch.LongStorage": "I64",
  "torch.IntStorage": "I32",
  "torch.ShortStorage": "I16",
  "torch.CharStorage": "I8",
  "torch.ByteStorage": "U8",
  "torch.BoolStorage": "BOOL",
};

/** The values that one or several tensors are views of. */
export class Storage {
  constructor(
    readonly key: string,
    readonly dtype: DType,
    readonly elements: number,
    /** Values of the stored ones before its first: older files have storages that are parts of others. */
    readonly offset: number,
  ) {}
}

export class PickledTensor {
  constructor(
    readonly storage: Storage,
    readonly offset: number,
    readonly shape: readonly number[],
    readonly stride: readonly number[],
  ) {}
}

/** What a pickle that torch.save wrote holds, and the byte after it. */
export interface PickledTensors {
  /** Of the dictionary, by name. */
  tensors: Map<string, PickledTensor>;
  /** Of these and any other tensors, by key. */
  storages: Map<string, Storage>;
  end: number;
}

/**
 * Reads a pickle that torch.save wrote. It may name an ordered dictionary, storages and the
 * functions that make a tensor of one, and nothing else. Throws CHECKPOINT_INVALID, CHECKPOINT_UNSUPPORTED.
 */
export function readPickledTensors(path: string, pickle: Buffer, from = 0): PickledTensors {
  const storages = new Map<string, Storage>();
  const meanings = {
    reduce(callable: string, args: readonly unknown[]) {
      if (callable === "collections.OrderedDict" && args.length === 0) return new Map();
      if (callable === "torch._utils._rebuild_tensor_v2" || callable === "torch._utils._rebuild_tensor")
        return rebuildTensor(path, args);
      if (callable === "torch._utils._rebuild_parameter" && args[0] instanceof PickledTensor) return args[0];
      throw unsupported(path, `its pickle calls ${callable}, which weights do not need; it may be malicious`);
    },
    persistent(id: unknown) {
      const storage = toStorage(path, id);
      storages.set(storage.key, storage);
      return storage;
    },
  };
  const { value: state, end } = readPickle(path, pickle, meanings, from);
  if (!(state instanceof Map)) throw damaged(path, "a dictionary of tensors", describe(state));
  const inner = state.get("state_dict") ?? state.get("model") ?? state;
  const tensors = new Map<string, PickledTensor>();
  for (const [name, value] of inner instanceof Map ? inner : state) {
    if (typeof name === "string" && value instanceof PickledTensor) tensors.set(name, value);
  }
  return { tensors, storages, end };
}

function rebuildTensor(path: string, args: readonly unknown[]): PickledTensor {
  const [storage, offset, shape, stride] = args;
  if (!(storage instanceof Storage) || !isSize(offset) || !areSizes(shape) || !areSizes(stride))
    throw damaged(path, "a tensor's storage, offset, shape and stride", args.map(describe).join(", "));
  return new PickledTensor(storage, offset, shape, stride);
}

function toStorage(path: string, id: unknown): Storage {
  const parts: unknown[] = Array.isArray(id) ? id : [];
  const [kind, type, key, , count, view = null] = parts;
  if (kind !== "storage" || !(type instanceof PickleGlobal) || typeof key !== "string" || !isSize(count))
    throw damaged(path, "a storage", parts.map(describe).join(", "));
  const dtype = Object.hasOwn(STORAGE_TYPES, type.name) ? STORAGE_TYPES[type.name] : undefined;
  if (dtype === undefined) throw unsupported(path, `it has values of type ${type.name}`);
  const offset = view === null ? 0 : Array.isArray(view) ? view[1] : undefined;
  if (!isSize(offset)) throw damaged(path, "a storage's part of another", describe(view));
  return new Storage(key, dtype, count, offset);
}

/** Where the tensor's values lie, given where its storage's do. */
export function place(
  path: string,
  name: string,
  { storage, offset, shape, stride }: PickledTensor,
  stored: { offset: number; size: number },
): StoredTensor {
  let step = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    if (shape[i] !== 1 && stride[i] !== step) {
      throw unsupported(
        path,
        `${name} is a view with stride [${stride.join(", ")}] of shape [${shape.join(", ")}]`,
      );
    }
    step *= shape[i] as number;
  }
  const size = DTYPE_BYTES[storage.dtype];
  const first = storage.offset + offset;
  const end = (first + elements({ shape })) * size;
  if (end > stored.size)
    throw damaged(path, `at least ${end} bytes in storage ${storage.key}, for ${name}`, `${stored.size}`);
  return { file: path, dtype: storage.dtype, shape, offset: stored.offset + first * size };
}

/** What is shown of a value of a pickle, which may be large, and contain itself. */
function describe(value: unknown): string {
  if (Array.isArray(value)) return `${value.length} values`;
  return typeof value === "object" && value !== null ? value.constructor.name : String(value);
}

export function isSize(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function areSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every(isSize);
}
