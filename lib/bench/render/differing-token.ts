import { significant } from "../format.js";
import { place } from "../identity.js";
import type { BenchmarkRow } from "../types.js";
import type { Figures } from "./figures.js";
import { html, type Markup } from "./html.js";

/** Where a prompt's text parts from the target's, where that is known. `at`: the prompt's place in the report. */
export function differingToken(
  { divergence }: Pick<BenchmarkRow, "divergence">,
  at: string,
  figures: Figures,
): Markup | null {
  return divergence === null
    ? null
    : html`: token ${figures.at(`${at}/divergence/position`, place)}, margin ${figures.at(`${at}/divergence/margin`, significant)}`;
}
