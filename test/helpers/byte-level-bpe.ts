/** Byte-level BPE vocabularies, learnt from a few texts. */

/** A character for each byte: itself where it is printable, the next unused one from U+0100 on otherwise. */
export const BYTES: readonly string[] = (() => {
  const isPrintable = (byte: number) =>
    (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
  let next = 0x100;
  return Array.from({ length: 256 }, (_, byte) => String.fromCodePoint(isPrintable(byte) ? byte : next++));
})();

const encoder = new TextEncoder();

export interface Bpe {
  /** Ids by text: the bytes, then what each merge makes. */
  vocab: Record<string, number>;
  merges: [string, string][];
}

/** Merges the most frequent pair of neighbours, `count` times; the first of equally frequent ones. */
export function learnBpe(texts: readonly string[], split: RegExp, count: number): Bpe {
  const words = texts
    .flatMap((text) => text.match(split) ?? [])
    .map((word) => Array.from(encoder.encode(word), (byte) => BYTES[byte] as string));
  const symbols = [...BYTES];
  const merges: [string, string][] = [];
  while (merges.length < count) {
    const pairs = new Map<string, number>();
    for (const word of words) {
      for (let i = 1; i < word.length; i++) {
        const pair = `${word[i - 1]} ${word[i]}`;
        pairs.set(pair, (pairs.get(pair) ?? 0) + 1);
      }
    }
    const [best = ""] = [...pairs].reduce((a, b) => (b[1] > a[1] ? b : a), ["", 0]);
    const [left = "", right = ""] = best.split(" ");
    merges.push([left, right]);
    if (!symbols.includes(left + right)) symbols.push(left + right);
    for (const word of words) {
      for (let i = 1; i < word.length; i++)
        if (word[i - 1] === left && word[i] === right) word.splice(i - 1, 2, left + right);
    }
  }
  return { vocab: Object.fromEntries(symbols.map((text, id) => [text, id])), merges };
}
