import type { VocabularySource } from "../../lib/compatibility.js";

interface Shape {
  type?: string;
  size?: number;
  bos?: number;
  eos?: number;
  addBos?: boolean;
  text?: (id: number) => string;
  /** Exceptions to `text`. */
  texts?: Record<number, string>;
}

/** A vocabulary without a model, for comparing. */
export function vocabulary(shape: Shape = {}): VocabularySource {
  const { type = "bpe", size = 1000, bos = 0, eos = 0, addBos = false } = shape;
  const text = (id: number) => shape.texts?.[id] ?? shape.text?.(id) ?? `token ${id}`;
  return {
    vocabulary: { type, size, bos, eos, eot: -1, addBos, addEos: false, normalizer: "" },
    tokenTexts: (from, to) => Array.from({ length: to - from }, (_, i) => text(from + i)),
  };
}
