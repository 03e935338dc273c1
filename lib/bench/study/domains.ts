import { bootstrapInterval, meanOfMedians } from "../../bootstrap.js";
import { mean } from "../../median.js";
import type { Ranked } from "./ranking.js";

/** A pair on the prompts of one domain, in the pair's fastest setting. */
export interface DomainCell {
  prompts: number;
  speedup: number;
  interval: [low: number, high: number];
  agreement: number | null;
  /** JSON pointers of the rows it is the mean of. */
  from: string[];
}

export interface DomainStudy {
  domains: string[];
  /** [i][j]: pair i in domain j; null where it has no such prompt. */
  cells: (DomainCell | null)[][];
}

/** null where the prompts are not of several domains. */
export function studyDomains(pairs: readonly Ranked[]): DomainStudy | null {
  const domains = [
    ...new Set(pairs.flatMap(({ best }) => best.one.rows.flatMap(({ domain }) => domain ?? []))),
  ];
  if (domains.length < 2) return null;
  return { domains, cells: pairs.map((pair) => domains.map((domain) => cell(pair, domain))) };
}

function cell({ best: { one, at } }: Ranked, domain: string): DomainCell | null {
  const rows = one.rows.map((row, i) => ({ row, at: `${at}/rows/${i}` }));
  const own = rows.filter(({ row }) => row.domain === domain);
  if (own.length === 0) return null;
  const ratios = own.map(({ row }) => row.ratios);
  const agreements = own.flatMap(({ row }) => row.agreement ?? []);
  return {
    prompts: own.length,
    speedup: meanOfMedians(ratios),
    interval: bootstrapInterval(ratios, one.seed, one.processes),
    agreement: agreements.length > 0 ? mean(agreements) : null,
    from: own.map((row) => row.at),
  };
}
