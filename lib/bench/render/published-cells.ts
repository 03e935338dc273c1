import { percent, range, times } from "../format.js";
import { isTrained } from "../study/groups.js";
import type { PublishedStudy } from "../study/published.js";

export const PUBLISHED_TITLE = "Beside the published figures";
export const PUBLISHED_NOTE =
  "Published are the least and the most of the prompts, on other machines; so are the figures measured here.";
export const PUBLISHED_HEAD = ["pair", "draft", "speedup", "acceptance rate"];

/** A line for what is published of a pair, and one for each case, in words. */
export function publishedCells({ group, published, cases }: PublishedStudy): string[][] {
  const { speedup, acceptanceRate, remark = "\u2013" } = published;
  return [
    [
      group.pair.id,
      `published, ${published.draftMaxTokens} tokens`,
      speedup === null ? remark : range(speedup, times),
      acceptanceRate === null ? "\u2013" : range(acceptanceRate, percent),
    ],
    ...cases.map((one) => [
      isTrained(group) ? "" : "its stand-in",
      one.one.label,
      range(one.speedup, times),
      one.acceptanceRate === null ? "\u2013" : range(one.acceptanceRate, percent),
    ]),
  ];
}
