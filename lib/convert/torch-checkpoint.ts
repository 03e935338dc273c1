import { open } from "node:fs/promises";
import { type Entry, openPromise, type ZipFile } from "yauzl";
import { damaged, unsupported } from "./checkpoint-error.js";
import { readPickle } from "./pickle.js";
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

/** Weights below this are no pickle: a pickle of a few thousand tensors has less. */
const LARGEST_PICKLE = 64 << 20;

interface Storage {
  dtype: DType;
  key: string;
  elements: number;
}

class PickledTensor {
  constructor(
    readonly storage: Storage,
    readonly offset: number,
    readonly shape: readonly number[],
    readonly stride: readonly number[],
  ) {}
}

/**
 * The tensors of a file that torch.save wrote (PyTorch ≥ 1.6: a zip of a pickle and of storages). Nothing in the pickle is
 * executed: it may name an ordered dictionary, storages and the function that makes a tensor of one, and nothing else.
 * Rejects with CHECKPOINT_INVALID, and with CHECKPOINT_UNSUPPORTED for older files and for pickles that name anything else.
 */
export async function readTorchCheckpoint(path: string): Promise<Map<string, StoredTensor>> {
  const archive = await Archive.open(path);
  try {
    const pickle = await archive.read("data.pkl", LARGEST_PICKLE);
    const tensors = new Map<string, StoredTensor>();
    for (const [name, tensor] of pickledTensors(path, pickle)) {
      tensors.set(name, await place(path, name, tensor, archive));
    }
    return tensors;
  } finally {
    archive.close();
  }
}

function pickledTensors(path: string, pickle: Buffer): Map<string, PickledTensor> {
  const state = readPickle(path, pickle, {
    reduce(callable, args) {
      if (callable === "collections.OrderedDict" && args.length === 0) return new Map();
      if (callable === "torch._utils._rebuild_tensor_v2") return rebuildTensor(path, args);
      if (callable === "torch._utils._rebuild_parameter") return args[0];
      throw unsupported(path, `its pickle calls ${callable}, which weights do not need; it may be malicious`);
    },
    persistent: (id) => toStorage(path, id),
  });
  if (!(state instanceof Map)) throw damaged(path, "a dictionary of tensors", typeof state);
  const inner = state.get("state_dict") ?? state.get("model") ?? state;
  const found = new Map<string, PickledTensor>();
  for (const [name, value] of inner instanceof Map ? inner : state) {
    if (typeof name === "string" && value instanceof PickledTensor) found.set(name, value);
  }
  return found;
}

function rebuildTensor(path: string, args: readonly unknown[]): PickledTensor {
  const [storage, offset, shape, stride] = args;
  if (!isStorage(storage) || !isSize(offset) || !areSizes(shape) || !areSizes(stride)) {
    throw damaged(path, "a tensor's storage, offset, shape and stride", JSON.stringify(args.slice(1)));
  }
  return new PickledTensor(storage, offset, shape, stride);
}

function toStorage(path: string, id: unknown): Storage {
  const [kind, type, key, , count] = Array.isArray(id) ? id : [];
  const name = typeof type === "object" && type !== null && "name" in type ? String(type.name) : String(type);
  const dtype = STORAGE_TYPES[name];
  if (kind !== "storage" || typeof key !== "string" || !isSize(count)) {
    throw damaged(path, "a storage", JSON.stringify(id));
  }
  if (dtype === undefined) throw unsupported(path, `it has values of type ${name}`);
  return { dtype, key, elements: count };
}

/** Where the tensor's values lie in the file. */
async function place(
  path: string,
  name: string,
  tensor: PickledTensor,
  archive: Archive,
): Promise<StoredTensor> {
  const { storage, shape } = tensor;
  let step = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    if (shape[i] !== 1 && tensor.stride[i] !== step) {
      throw unsupported(
        path,
        `${name} is a view with stride [${tensor.stride.join(", ")}] of shape [${shape.join(", ")}]`,
      );
    }
    step *= shape[i] as number;
  }
  const size = DTYPE_BYTES[storage.dtype];
  const entry = await archive.locate(`data/${storage.key}`);
  const end = (tensor.offset + elements(tensor)) * size;
  if (end > entry.size)
    throw damaged(path, `at least ${end} bytes in data/${storage.key}, for ${name}`, `${entry.size}`);
  return { file: path, dtype: storage.dtype, shape, offset: entry.offset + tensor.offset * size };
}

/** The zip's entries below its only folder. */
class Archive {
  readonly #entries = new Map<string, Entry>();

  private constructor(
    readonly path: string,
    readonly zip: ZipFile,
  ) {}

  static async open(path: string): Promise<Archive> {
    const file = await open(path);
    const { size } = await file.stat();
    const magic = Buffer.alloc(4);
    await file.read(magic, 0, 4, 0);
    await file.close();
    if (magic.readUInt32BE() !== 0x504b0304) {
      throw unsupported(
        path,
        `it is no zip of PyTorch 1.6 or later (${size} bytes, beginning ${magic.toString("hex")})`,
      );
    }
    const zip = await openPromise(path, { autoClose: false, lazyEntries: true }).catch((error) => {
      throw damaged(path, "a complete zip", error.message);
    });
    const archive = new Archive(path, zip);
    try {
      await archive.#list();
    } catch (error) {
      zip.close();
      throw damaged(path, "a complete zip", error instanceof Error ? error.message : String(error));
    }
    return archive;
  }

  #list(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.zip.on("entry", (entry: Entry) => {
        this.#entries.set(entry.fileName.replace(/^[^/]*\//, ""), entry);
        this.zip.readEntry();
      });
      this.zip.once("end", resolve);
      this.zip.once("error", reject);
      this.zip.readEntry();
    });
  }

  /** Where an entry's bytes lie in the file; they are not compressed. */
  async locate(name: string): Promise<{ offset: number; size: number }> {
    const entry = this.#entries.get(name);
    if (entry === undefined) throw damaged(this.path, `an entry ${name}`, "none");
    if (entry.compressionMethod !== 0) throw unsupported(this.path, `${name} in it is compressed`);
    const { fileDataStart } = await this.zip
      .readLocalFileHeaderPromise(entry, { minimal: true })
      .catch((error) => {
        throw damaged(this.path, `${name} in it`, error.message);
      });
    return { offset: fileDataStart, size: entry.uncompressedSize };
  }

  async read(name: string, most: number): Promise<Buffer> {
    const { offset, size } = await this.locate(name);
    if (size > most) throw damaged(this.path, `at most ${most} bytes of ${name}`, `${size}`);
    const file = await open(this.path);
    try {
      const bytes = Buffer.alloc(size);
      const { bytesRead } = await file.read(bytes, 0, size, offset);
      if (bytesRead < size) throw damaged(this.path, `${size} bytes of ${name}`, `only ${bytesRead}`);
      return bytes;
    } finally {
      await file.close();
    }
  }

  close(): void {
    this.zip.close();
  }
}

function isSize(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function areSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every(isSize);
}

function isStorage(value: unknown): value is Storage {
  return typeof value === "object" && value !== null && "dtype" in value && "key" in value;
}
