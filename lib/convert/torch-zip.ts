import type { FileHandle } from "node:fs/promises";
import { type Entry, openPromise, type ZipFile } from "yauzl";
import { damaged, unsupported } from "./checkpoint-error.js";
import { place, readPickledTensors } from "./pickled-tensors.js";
import { readExactly } from "./read-exactly.js";
import type { StoredTensor } from "./stored-tensor.js";

/** A pickle of a few thousand tensors has less. */
const LARGEST_PICKLE = 64 << 20;

/** The tensors of a zip: a pickle, and an entry for each storage. Rejects with CHECKPOINT_INVALID, CHECKPOINT_UNSUPPORTED. */
export async function readTorchZip(path: string, file: FileHandle): Promise<Map<string, StoredTensor>> {
  const archive = await Archive.open(path);
  try {
    const read = async (name: string, most: number) => {
      const { offset, size } = await archive.locate(name);
      if (size > most) throw damaged(path, `at most ${most} bytes of ${name}`, `${size}`);
      return readExactly(path, file, offset, size);
    };
    if (archive.has("byteorder")) {
      const order = (await read("byteorder", 16)).toString();
      if (order !== "little") throw unsupported(path, `its byte order is ${order}`);
    }
    const { tensors } = readPickledTensors(path, await read("data.pkl", LARGEST_PICKLE));
    const placed = new Map<string, StoredTensor>();
    for (const [name, tensor] of tensors)
      placed.set(name, place(path, name, tensor, await archive.locate(`data/${tensor.storage.key}`)));
    return placed;
  } finally {
    archive.close();
  }
}

/** The zip's entries below its only folder. */
class Archive {
  readonly #entries = new Map<string, Entry>();

  private constructor(
    readonly path: string,
    readonly zip: ZipFile,
  ) {}

  static async open(path: string): Promise<Archive> {
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

  has(name: string): boolean {
    return this.#entries.has(name);
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

  close(): void {
    this.zip.close();
  }
}
