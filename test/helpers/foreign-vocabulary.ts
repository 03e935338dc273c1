/** The embedded drafts with other vocabularies: same words, same weights, other ids, other splits, another tokenizer. */
import { editTexts, type Gguf, text, uint32 } from "./gguf.js";
import { float32s, int32s } from "./gguf-values.js";

const NORMAL = 1;
const UNUSED = 5;
const BYTE = 6;
const SPECIAL = ["bos", "eos", "unknown", "padding"].map((name) => `tokenizer.ggml.${name}_token_id`);
const TYPES = "tokenizer.ggml.token_type";
/** Of an array's bytes: its type, its items' type, its length. */
const ARRAY_HEADER = 16;

/** Turns the ids round: the last token is the first. */
export function reverseVocabulary(gguf: Gguf): void {
  editTexts(gguf, (texts) => texts.toReversed());
  const types = readTypes(gguf);
  gguf.metadata.set(TYPES, int32s(types.toReversed()));
  for (const key of SPECIAL) {
    const value = gguf.metadata.get(key);
    if (value) gguf.metadata.set(key, uint32(types.length - 1 - value.readUInt32LE(4)));
  }
  for (const tensor of gguf.tensors) {
    if (!/^(token_embd|output)\.weight$/.test(tensor.name)) continue;
    const width = tensor.data.length / types.length;
    tensor.data = Buffer.concat(
      types.map((_, i) => tensor.data.subarray(width * (types.length - 1 - i), width * (types.length - i))),
    );
  }
}

/** Takes the last merges away: long words fall into pieces. */
export function forgetMerges(gguf: Gguf, count: number): void {
  editTexts(gguf, (merges) => merges.slice(0, -count), "tokenizer.ggml.merges");
}

/** A tokenizer of SentencePiece's kind: scores instead of merges, ▁ for spaces, one before every text, bytes as fallback. */
export function toSentencePiece(gguf: Gguf): void {
  const types = readTypes(gguf);
  editTexts(gguf, (texts) =>
    texts.map((byteLevel, id) => {
      if (types[id] !== NORMAL) return byteLevel;
      const bytes = Buffer.from([...byteLevel].map(byteOf));
      const written = bytes.toString();
      if (bytes.equals(Buffer.from(written))) return written.replaceAll(" ", "▁");
      types[id] = bytes.length === 1 ? BYTE : UNUSED;
      return bytes.length === 1 ? `<0x${bytes.toString("hex").toUpperCase()}>` : `[${bytes.toString("hex")}]`;
    }),
  );
  gguf.metadata.set("tokenizer.ggml.model", text("llama"));
  gguf.metadata.set(TYPES, int32s(types));
  gguf.metadata.set("tokenizer.ggml.scores", float32s(types.map((_, id) => -id)));
  gguf.metadata.delete("tokenizer.ggml.merges");
  gguf.metadata.delete("tokenizer.ggml.pre");
}

function readTypes({ metadata }: Gguf): number[] {
  const bytes = (metadata.get(TYPES) as Buffer).subarray(ARRAY_HEADER);
  return Array.from({ length: bytes.length / 4 }, (_, i) => bytes.readInt32LE(4 * i));
}

/** GPT-2's letters for bytes: printable ones are themselves, the others follow from U+0100 on. */
function byteOf(letter: string): number {
  const code = letter.codePointAt(0) ?? 0;
  if (code < 0x100) return code;
  const others = Array.from({ length: 256 }, (_, byte) => byte).filter(
    (byte) =>
      !(byte >= 0x21 && byte <= 0x7e) && !(byte >= 0xa1 && byte <= 0xac) && !(byte >= 0xae && byte <= 0xff),
  );
  return others[code - 0x100] ?? 0;
}
