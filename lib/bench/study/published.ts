import type { PublishedFigures, Report } from "../report-types.js";
import { byPair, type PairGroup, type Placed } from "./groups.js";

/** A case beside what was published of its pair. */
export interface BesidePublished extends Placed {
  /** Of the prompts, like what is published. */
  speedup: [least: number, most: number];
  acceptanceRate: [least: number, most: number] | null;
}

export interface PublishedStudy {
  group: PairGroup;
  published: PublishedFigures;
  cases: BesidePublished[];
}

/** Pairs of which something was published, with their finished cases. */
export function besidePublished(report: Report): PublishedStudy[] {
  return byPair(report).flatMap((group) => {
    const { published } = group.pair;
    if (published === undefined || group.cases.length === 0) return [];
    return [{ group, published, cases: group.cases.map(beside) }];
  });
}

function beside({ one, at }: Placed): BesidePublished {
  const rates = one.rows.flatMap(({ acceptanceRate }) => acceptanceRate ?? []);
  return {
    ...{ one, at },
    speedup: span(one.rows.map(({ speedup }) => speedup)),
    acceptanceRate: rates.length === 0 ? null : span(rates),
  };
}

function span(values: readonly number[]): [number, number] {
  return [Math.min(...values), Math.max(...values)];
}
