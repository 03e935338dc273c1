import { createHash } from "node:crypto";
import { open } from "node:fs/promises";
import { setImmediate } from "node:timers/promises";
import { createError } from "./errors.js";
import { isRecord } from "./is.js";
import { native, type SavedText } from "./native.js";
import { version } from "./version.js";
import { writeWholeFile } from "./whole-file.js";

/** What of a session is on disk. */
export interface SavedSession {
  tokens: Int32Array;
  /** What the caches held of its beginning. */
  kept: SavedText;
}

/** SHA-256 of the models' files; null: no draft. */
export interface ModelHashes {
  target: string;
  draft: string | null;
}

// The file: MAGIC, a header's length (u32), the header (JSON), the session's tokens (i32 each), the target's state, the draft's
// tokens and its state, SHA-256 of all before; little-endian.
const MAGIC = "FTSESS02";
const HASH_BYTES = 32;
/** Read and hashed at a time: caches may be larger than Node reads at once, and others want the event loop meanwhile. */
const CHUNK = 1 << 26;
/** Cells are those of this release's kernels, bit for bit. */
const ENGINE = `foretoken ${version}, llama.cpp ${native.llamaCppRelease}`;

/** The file is whole or not there. Rejects with FILE_NOT_WRITTEN. */
export async function writeSessionFile(
  path: string,
  models: ModelHashes,
  { tokens, kept: { target, draft } }: SavedSession,
): Promise<void> {
  const header = Buffer.from(
    JSON.stringify({
      engine: ENGINE,
      models,
      tokens: tokens.length,
      target: { tokens: target.tokens.length, state: target.state.length },
      draft: { tokens: draft.tokens.length, state: draft.state.length },
    }),
  );
  const begin = Buffer.alloc(MAGIC.length + 4);
  begin.write(MAGIC, "latin1");
  begin.writeUInt32LE(header.length, MAGIC.length);
  const parts = [begin, header, toBytes(tokens), target.state, toBytes(draft.tokens), draft.state];
  const hash = createHash("sha256");
  for (const part of parts) {
    for (let at = 0; at < part.length; at += CHUNK) {
      hash.update(part.subarray(at, at + CHUNK));
      await setImmediate();
    }
  }
  await writeWholeFile(path, [...parts, hash.digest()]);
}

/**
 * What another draft kept is left out. Rejects with SESSION_FILE_INVALID, or SESSION_FILE_FOREIGN where another target or release
 * wrote the file.
 */
export async function readSessionFile(path: string, models: ModelHashes): Promise<SavedSession> {
  const damaged = (what: string) =>
    createError("SESSION_FILE_INVALID", `Expected a session in ${path} but ${what}`);
  const { body, isIntact } = await readHashed(path).catch((error) => {
    throw damaged(`it cannot be read: ${error.message}`);
  });
  if (body.toString("latin1", 0, MAGIC.length) !== MAGIC) throw damaged("it does not begin like one");
  if (!isIntact) throw damaged("its checksum is another");
  let at = MAGIC.length + 4;
  const take = (bytes: number) => {
    at += bytes;
    return body.subarray(at - bytes, at);
  };
  const header: unknown = JSON.parse(take(body.readUInt32LE(MAGIC.length)).toString());
  if (!isRecord(header) || !isRecord(header.models) || !isRecord(header.target) || !isRecord(header.draft))
    throw damaged("its header says nothing");
  const foreign = (what: string, expected: string, actual: unknown) =>
    createError("SESSION_FILE_FOREIGN", `Expected ${what} ${expected} in ${path} but it has ${actual}`);
  if (header.engine !== ENGINE) throw foreign("engine", ENGINE, header.engine);
  if (header.models.target !== models.target)
    throw foreign("the target's SHA-256", models.target, header.models.target);
  const tokens = toTokens(take(4 * Number(header.tokens)));
  const target = {
    tokens: tokens.subarray(0, Number(header.target.tokens)),
    state: take(Number(header.target.state)),
  };
  const draft = {
    tokens: toTokens(take(4 * Number(header.draft.tokens))),
    state: take(Number(header.draft.state)),
  };
  const nothing = { tokens: new Int32Array(), state: new Uint8Array() };
  return { tokens, kept: { target, draft: header.models.draft === models.draft ? draft : nothing } };
}

/** All but the hash at the end, and whether that is its hash. */
async function readHashed(path: string): Promise<{ body: Buffer; isIntact: boolean }> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const bytes = Buffer.alloc(size);
    const body = bytes.subarray(0, Math.max(0, size - HASH_BYTES));
    const hash = createHash("sha256");
    for (let at = 0; at < size; ) {
      const { bytesRead } = await file.read(bytes, at, Math.min(CHUNK, size - at), at);
      if (bytesRead === 0) break;
      hash.update(body.subarray(at, at + bytesRead));
      at += bytesRead;
    }
    return { body, isIntact: hash.digest().equals(bytes.subarray(body.length)) };
  } finally {
    await file.close();
  }
}

function toBytes(tokens: Int32Array): Buffer {
  const bytes = Buffer.alloc(4 * tokens.length);
  for (const [i, id] of tokens.entries()) bytes.writeInt32LE(id, 4 * i);
  return bytes;
}

function toTokens(bytes: Buffer): Int32Array {
  return Int32Array.from({ length: bytes.length / 4 }, (_, i) => bytes.readInt32LE(4 * i));
}
