/** Unicode characters as ascending ranges that neither touch nor overlap, both ends included. */
export type CharSet = readonly (readonly [first: number, last: number])[];

const LAST = 0x10ffff;
/** Halves of UTF-16 pairs: no characters, and never part of UTF-8 text. */
const SURROGATES = [0xd800, 0xdfff] as const;

export const ANY_CHARACTER: CharSet = union([[0, LAST]]);

/** The characters from `first` to `last`, given as characters or code points. */
export function range(first: string | number, last: string | number): CharSet {
  return union([[codePoint(first), codePoint(last)]]);
}

export function charactersOf(text: string): CharSet {
  return union([...text].map((character) => [codePoint(character), codePoint(character)] as const));
}

export function union(...sets: CharSet[]): CharSet {
  const merged: [number, number][] = [];
  for (const [first, last] of sets.flat().sort((a, b) => a[0] - b[0])) {
    const previous = merged.at(-1);
    if (previous !== undefined && first <= previous[1] + 1) previous[1] = Math.max(previous[1], last);
    else merged.push([first, last]);
  }
  return merged.flatMap(withoutSurrogates);
}

export function complement(set: CharSet): CharSet {
  const gaps: [number, number][] = [];
  let next = 0;
  for (const [first, last] of set) {
    if (next < first) gaps.push([next, first - 1]);
    next = last + 1;
  }
  if (next <= LAST) gaps.push([next, LAST]);
  return union(gaps);
}

export function subtract(set: CharSet, removed: CharSet): CharSet {
  return complement(union(complement(set), removed));
}

export function intersect(a: CharSet, b: CharSet): CharSet {
  return complement(union(complement(a), complement(b)));
}

export function contains(set: CharSet, character: string): boolean {
  const code = codePoint(character);
  return set.some(([first, last]) => first <= code && code <= last);
}

function withoutSurrogates([first, last]: [number, number]): [number, number][] {
  const [low, high] = SURROGATES;
  const parts: [number, number][] = [
    [first, Math.min(last, low - 1)],
    [Math.max(first, high + 1), last],
  ];
  return last < low || first > high ? [[first, last]] : parts.filter(([from, to]) => from <= to);
}

function codePoint(character: string | number): number {
  return typeof character === "number" ? character : (character.codePointAt(0) ?? 0);
}
