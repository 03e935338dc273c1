import { percent, range, times } from "../format.js";
import type { PublishedFigures } from "../report-types.js";
import { isTrained, type PairGroup } from "../study/groups.js";
import type { PublishedStudy } from "../study/published.js";

export const PUBLISHED_TITLE = "Beside the published figures";
export const PUBLISHED_NOTE =
  "Published are the least and the most of the prompts, on other machines; so are the figures measured here.";
export const PUBLISHED_HEAD = ["pair", "draft", "speedup", "acceptance rate"];

/** What the line of published figures is called. */
export function publishedLabel({ draftMaxTokens }: PublishedFigures): string {
  return `published, ${draftMaxTokens} tokens`;
}

/** What the lines below it say of the pair that was measured. */
export function measuredPair(group: PairGroup): string {
  return isTrained(group) ? "" : "its stand-in";
}

/** A line for what is published of a pair, and one for each case, in words. */
export function publishedCells({ group, published, cases }: PublishedStudy): string[][] {
  const { speedup, acceptanceRate, remark = "\u2013" } = published;
  return [
    [
      group.pair.id,
      publishedLabel(published),
      speedup === null ? remark : range(speedup, times),
      acceptanceRate === null ? "\u2013" : range(acceptanceRate, percent),
    ],
    ...cases.map((one) => [
      measuredPair(group),
      one.one.label,
      range(one.speedup, times),
      one.acceptanceRate === null ? "\u2013" : range(one.acceptanceRate, percent),
    ]),
  ];
}
