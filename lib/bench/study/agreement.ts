import { mean } from "../../median.js";
import type { Placed } from "./groups.js";

/** Whether every round drafts a given number of tokens. */
export function isFixed({ one: { draft } }: Placed): boolean {
  return draft.policy === "fixed" && draft.maxTokens > 0;
}

/**
 * Of a pair's cases those whose agreement says how often its draft is right: of the same draft and temperature as the fastest
 * one, and of a fixed length. A policy that drafts seldom has the agreement of the few tokens that it picked; it counts where
 * no length was fixed.
 */
export function judges(fastest: Placed, cases: readonly Placed[]): Placed[] {
  const fixed = cases.filter(
    (placed) =>
      isFixed(placed) &&
      placed.one.draft.type === fastest.one.draft.type &&
      placed.one.temperature === fastest.one.temperature &&
      placed.one.summary.agreement !== null,
  );
  return fixed.length > 0 ? fixed : [fastest];
}

/** A mean, and the JSON pointers of what it is the mean of; null where nothing is known. */
export interface Agreement {
  agreement: number | null;
  agreementFrom: string[];
}

export function meanAgreement(parts: readonly { agreement: number | null; at: string }[]): Agreement {
  const known = parts.filter(({ agreement }) => agreement !== null);
  return {
    agreement: known.length > 0 ? mean(known.map(({ agreement }) => agreement ?? 0)) : null,
    agreementFrom: known.map(({ at }) => at),
  };
}

/** Of whole cases. */
export function agreementOf(cases: readonly Placed[]): Agreement {
  return meanAgreement(
    cases.map(({ one, at }) => ({ agreement: one.summary.agreement, at: `${at}/summary/agreement` })),
  );
}
