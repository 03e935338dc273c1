import type { NativeModel } from "./native.js";

/** What is compared of a model. */
export type VocabularySource = Pick<NativeModel, "vocabulary" | "tokenTexts">;

/** Vocabularies are often padded to a round number of rows; a tail this long is no difference in meaning. */
export const MAX_PADDING_ROWS = 128;

/** One difference between the target's and the draft's vocabulary. */
export type Mismatch =
  | { kind: "vocabulary-type"; target: string; draft: string }
  | { kind: "vocabulary-size"; target: number; draft: number /** Tolerated as padding. */; padding: boolean }
  | { kind: "special-token"; name: "bos" | "eos"; target: number; draft: number }
  | { kind: "add-bos"; target: boolean; draft: boolean }
  | { kind: "token-text"; id: number; target: string; draft: string };

export interface Compatibility {
  /** Whether the draft may propose tokens for the target. */
  verdict: "identical" | "usable with padding" | "incompatible";
  /** Every difference found; token texts up to the limit. */
  mismatches: Mismatch[];
  /** Tokens both vocabularies have, all compared. */
  comparedTokens: number;
  /** Compared tokens whose texts differ, listed or not. */
  differingTokens: number;
  /** The mismatches as sentences; empty when identical. */
  reasons: string[];
  /** What to do about an incompatible pair; null otherwise. */
  fix: string | null;
}

const CHUNK = 8192;

/**
 * Compares two vocabularies.
 * @param limit Differing token texts to list at most; all are counted.
 */
export function compareVocabularies(
  target: VocabularySource,
  draft: VocabularySource,
  limit = 16,
): Compatibility {
  const mismatches: Mismatch[] = [];
  const [t, d] = [target.vocabulary, draft.vocabulary];
  if (t.type !== d.type) mismatches.push({ kind: "vocabulary-type", target: t.type, draft: d.type });
  if (t.size !== d.size) {
    const padding = Math.abs(t.size - d.size) <= MAX_PADDING_ROWS;
    mismatches.push({ kind: "vocabulary-size", target: t.size, draft: d.size, padding });
  }
  for (const name of ["bos", "eos"] as const) {
    if (t[name] !== d[name])
      mismatches.push({ kind: "special-token", name, target: t[name], draft: d[name] });
  }
  if (t.addBos !== d.addBos) mismatches.push({ kind: "add-bos", target: t.addBos, draft: d.addBos });

  const comparedTokens = Math.min(t.size, d.size);
  let differingTokens = 0;
  for (const difference of differingTexts(target, draft, comparedTokens)) {
    if (differingTokens++ < limit) mismatches.push(difference);
  }

  const incompatible =
    mismatches.some((m) => m.kind !== "vocabulary-size" || !m.padding) || differingTokens > 0;
  return {
    verdict: incompatible ? "incompatible" : mismatches.length > 0 ? "usable with padding" : "identical",
    mismatches,
    comparedTokens,
    differingTokens,
    reasons: reasons(mismatches, differingTokens, comparedTokens),
    fix: incompatible ? fix(mismatches) : null,
  };
}

function* differingTexts(
  target: VocabularySource,
  draft: VocabularySource,
  size: number,
): Generator<Mismatch> {
  for (let from = 0; from < size; from += CHUNK) {
    const to = Math.min(size, from + CHUNK);
    const texts = draft.tokenTexts(from, to);
    for (const [i, text] of target.tokenTexts(from, to).entries()) {
      const other = texts[i] ?? "";
      if (text !== other) yield { kind: "token-text", id: from + i, target: text, draft: other };
    }
  }
}

function reasons(mismatches: Mismatch[], differing: number, compared: number): string[] {
  const sentences = mismatches.map(sentence);
  const unlisted = differing - mismatches.filter((m) => m.kind === "token-text").length;
  if (unlisted > 0) sentences.push(`${unlisted} more of ${compared} tokens differ in their text`);
  return sentences;
}

function sentence(mismatch: Mismatch): string {
  const { target, draft } = mismatch;
  switch (mismatch.kind) {
    case "vocabulary-type":
      return `the target's vocabulary is of type ${target}, the draft's of type ${draft}`;
    case "vocabulary-size":
      return `the target has ${target} tokens, the draft ${draft}${mismatch.padding ? " (padding, tolerated)" : ""}`;
    case "special-token":
      return `the ${mismatch.name.toUpperCase()} token is ${token(mismatch.target)} in the target, ${token(mismatch.draft)} in the draft`;
    case "add-bos":
      return `the target ${target ? "starts texts with BOS" : "adds no BOS"}, the draft ${draft ? "does" : "does not"}`;
    case "token-text":
      return `token ${mismatch.id} is ${JSON.stringify(target)} in the target, ${JSON.stringify(draft)} in the draft`;
  }
}

function token(id: number): string {
  return id < 0 ? "absent" : String(id);
}

function fix(mismatches: Mismatch[]): string {
  const onlySpecial = mismatches.every((m) => m.kind === "special-token" || m.kind === "add-bos");
  return onlySpecial
    ? "The tokens agree and only the special ones differ: use the draft's variant (base or instruct) that matches the target's, or convert both with the same tokenizer settings."
    : "Use a draft of the target's own model family, whose tokenizer is the same, or retokenise its drafts with draft.crossVocabulary: true.";
}
