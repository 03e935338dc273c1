import { bootstrapInterval, meanOfMedians } from "../../bootstrap.js";
import { type Agreement, meanAgreement } from "./agreement.js";
import type { Placed } from "./groups.js";
import type { Ranked } from "./ranking.js";

/** A pair on the prompts of one domain: the speedup of its fastest setting, the agreement of the cases that judge its draft. */
export interface DomainCell extends Agreement {
  prompts: number;
  speedup: number;
  interval: [low: number, high: number];
  /** JSON pointers of the rows that the speedup is of. */
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

function cell({ best, judges }: Ranked, domain: string): DomainCell | null {
  const own = rowsOf(best, domain);
  if (own.length === 0) return null;
  const ratios = own.map(({ row }) => row.ratios);
  const judged = judges.flatMap((one) => rowsOf(one, domain));
  return {
    prompts: own.length,
    speedup: meanOfMedians(ratios),
    interval: bootstrapInterval(ratios, best.one.seed, best.one.processes),
    ...meanAgreement(judged.map(({ row, at }) => ({ agreement: row.agreement, at: `${at}/agreement` }))),
    from: own.map((row) => row.at),
  };
}

function rowsOf({ one, at }: Placed, domain: string) {
  return one.rows
    .map((row, i) => ({ row, at: `${at}/rows/${i}` }))
    .filter(({ row }) => row.domain === domain);
}
