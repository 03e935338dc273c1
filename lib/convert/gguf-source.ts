import { open } from "node:fs/promises";

/** Where a converted file came from: what the converter noted in it. */
export interface GgufSource {
  repository: string;
  revision: string;
}

const U32 = 4;
const STRING = 8;
/** The converter notes it before anything long. */
const READ = 4096;

/** Null for a file that is missing, or that notes no source. */
export async function readGgufSource(path: string): Promise<GgufSource | null> {
  const file = await open(path).catch(() => null);
  if (file === null) return null;
  const bytes = Buffer.alloc(READ);
  try {
    await file.read(bytes, 0, READ, 0);
  } finally {
    await file.close();
  }
  const values = leadingTexts(bytes);
  const repository = values.get("general.source.huggingface.repository");
  const revision = values.get("general.source.revision");
  return repository === undefined || revision === undefined ? null : { repository, revision };
}

/** The texts among the keys up to the first that is neither text nor u32, or that is cut off. */
function leadingTexts(bytes: Buffer): Map<string, string> {
  const values = new Map<string, string>();
  if (bytes.toString("latin1", 0, 4) !== "GGUF") return values;
  let at = 24;
  const text = () => {
    const length = Number(bytes.readBigUInt64LE(at));
    at += 8 + length;
    if (at > bytes.length) throw new RangeError("cut off");
    return bytes.toString("utf8", at - length, at);
  };
  try {
    for (;;) {
      const key = text();
      const type = bytes.readUInt32LE(at);
      at += 4;
      if (type === STRING) values.set(key, text());
      else if (type === U32) at += 4;
      else return values;
    }
  } catch (error) {
    if (error instanceof RangeError) return values;
    throw error;
  }
}
