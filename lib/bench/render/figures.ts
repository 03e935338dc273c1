import type { Report } from "../report-types.js";
import { html, type Markup } from "./html.js";

type Format = (value: number) => string;

/**
 * Numbers of a report with where they are from: every figure is a <data> element with the unrounded value, whose data-from has
 * the JSON pointers it was read at or made of. A test follows them.
 */
export class Figures {
  readonly #report: Report;

  constructor(report: Report) {
    this.#report = report;
  }

  /** The number at a JSON pointer; a dash for null. */
  at(pointer: string, format: Format): Markup {
    const value = this.#resolve(pointer);
    return value === null
      ? html`<span title="not known: ${pointer}">–</span>`
      : html`<data value="${value}" data-from="${pointer}" title="${pointer}">${format(value)}</data>`;
  }

  /** An interval at a JSON pointer. */
  interval(pointer: string, format: Format): Markup {
    return html`${this.at(`${pointer}/0`, format)}–${this.at(`${pointer}/1`, format)}`;
  }

  /** A number made of those at the pointers. */
  derived(value: number | null, format: Format, how: string, from: readonly string[]): Markup {
    if (value === null) return html`<span>–</span>`;
    const title = `${how} of ${from.length > 4 ? `${from.length} values from ${from[0]}` : from.join(", ")}`;
    return html`<data value="${value}" data-from="${from.join(" ")}" data-derived="${how}" title="${title}">${format(value)}</data>`;
  }

  #resolve(pointer: string): number | null {
    let value: unknown = this.#report;
    for (const key of pointer.split("/").slice(1)) value = (value as Record<string, unknown>)[key];
    if (value !== null && typeof value !== "number") throw new Error(`No number at ${pointer}`);
    return value;
  }
}
