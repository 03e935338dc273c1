import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createError } from "./errors.js";
import { isRecord } from "./is.js";
import { native } from "./native.js";
import { version } from "./version.js";
import { writeWholeFile } from "./whole-file.js";

/** What of a session is on disk. */
export interface SavedSession {
  tokens: Int32Array;
  /** The target's cells of the first `cells` tokens; empty where the pair kept none. */
  cells: number;
  state: Uint8Array;
}

// The file: MAGIC, a header's length (u32), the header (JSON), tokens (i32 each), state, SHA-256 of all before; little-endian.
const MAGIC = "FTSESS01";
const HASH_BYTES = 32;
/** Cells are those of this release's kernels, bit for bit. */
const ENGINE = `foretoken ${version}, llama.cpp ${native.llamaCppRelease}`;

/** `model`: SHA-256 of the target's file. The file is whole or not there. Rejects with what the file system says. */
export async function writeSessionFile(path: string, model: string, saved: SavedSession): Promise<void> {
  const { tokens, cells, state } = saved;
  const header = Buffer.from(
    JSON.stringify({ engine: ENGINE, model, tokens: tokens.length, cells, state: state.length }),
  );
  const begin = Buffer.alloc(MAGIC.length + 4);
  begin.write(MAGIC, "latin1");
  begin.writeUInt32LE(header.length, MAGIC.length);
  const ids = Buffer.alloc(4 * tokens.length);
  for (const [i, id] of tokens.entries()) ids.writeInt32LE(id, 4 * i);
  const parts = [begin, header, ids, state];
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  await writeWholeFile(path, [...parts, hash.digest()]);
}

/** Rejects with SESSION_FILE_INVALID, or SESSION_FILE_FOREIGN where another model or release wrote the file. */
export async function readSessionFile(path: string, model: string): Promise<SavedSession> {
  const damaged = (what: string) =>
    createError("SESSION_FILE_INVALID", `Expected a session in ${path} but ${what}`);
  const file = await readFile(path).catch((error) => {
    throw damaged(`it cannot be read: ${error.message}`);
  });
  const body = file.subarray(0, Math.max(0, file.length - HASH_BYTES));
  if (body.toString("latin1", 0, MAGIC.length) !== MAGIC) throw damaged("it does not begin like one");
  if (!createHash("sha256").update(body).digest().equals(file.subarray(body.length)))
    throw damaged("its checksum is another");
  const headerEnd = MAGIC.length + 4 + body.readUInt32LE(MAGIC.length);
  const header: unknown = JSON.parse(body.toString("utf8", MAGIC.length + 4, headerEnd));
  if (!isRecord(header)) throw damaged("its header says nothing");
  const foreign = (what: string, expected: string, actual: unknown) =>
    createError("SESSION_FILE_FOREIGN", `Expected ${what} ${expected} in ${path} but it has ${actual}`);
  if (header.engine !== ENGINE) throw foreign("engine", ENGINE, header.engine);
  if (header.model !== model) throw foreign("the target's SHA-256", model, header.model);
  const tokens = Int32Array.from({ length: Number(header.tokens) }, (_, i) =>
    body.readInt32LE(headerEnd + 4 * i),
  );
  return { tokens, cells: Number(header.cells), state: body.subarray(headerEnd + 4 * tokens.length) };
}
