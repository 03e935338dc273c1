import { fixed, mib, rate, times } from "../format.js";
import type { ConcurrencyCase } from "../report-types.js";

export const CONCURRENCY_TITLE = "Many requests at once";
export const CONCURRENCY_NOTE =
  "Tokens per second are those of all requests together, prompts included. Milliseconds are median / 95th percentile: to the first token, between two pieces of a stream, and what such a gap has more while another request arrives and its prompt is read.";
export const CONCURRENCY_HEAD = [
  ...["at once", "draft", "tok/s", "95% interval", "speedup", "95% interval"],
  ...["first token ms", "gap ms", "added ms", "drafted per round", "identical", "peak memory"],
];

const NONE = "–";

/** How a form of the report writes the number at a pointer below the case, and several parts in one cell. */
interface Writer<T> {
  number: (pointer: string, format: (value: number) => string) => T;
  join: (...parts: (T | string)[]) => T;
}

/** A line without a draft and one with it. */
export function concurrencyCells<T>(one: ConcurrencyCase, { number, join }: Writer<T>): (T | string)[][] {
  const interval = (pointer: string, format: (value: number) => string) =>
    join(number(`${pointer}/0`, format), "–", number(`${pointer}/1`, format));
  const service = (side: "baseline" | "speculative") => {
    const ms = (key: "firstTokenMs" | "gapMs" | "addedMs") => {
      const at = (name: string) => number(`/${side}/${key}/${name}`, fixed(1));
      return one[side][key] === null ? NONE : join(at("median"), " / ", at("p95"));
    };
    return {
      rate: [number(`/${side}/tokensPerSecond`, rate), interval(`/${side}/interval`, rate)],
      waiting: [ms("firstTokenMs"), ms("gapMs"), ms("addedMs")],
    };
  };
  const [without, drafting] = [service("baseline"), service("speculative")];
  const identical = one.identical === null ? NONE : one.identical ? "yes" : "NO";
  return [
    [
      number("/concurrency", String),
      "none",
      ...without.rate,
      NONE,
      NONE,
      ...without.waiting,
      NONE,
      NONE,
      NONE,
    ],
    [
      number("/concurrency", String),
      one.label,
      ...drafting.rate,
      number("/speedup", times),
      interval("/interval", fixed(2)),
      ...drafting.waiting,
      number("/draftLength", fixed(2)),
      identical,
      number("/peakMemoryBytes", mib),
    ],
  ];
}

/** The same as texts. */
export function concurrencyTexts(one: ConcurrencyCase): string[][] {
  return concurrencyCells<string>(one, {
    number: (pointer, format) => format(numberAt(one, pointer)),
    join: (...parts) => parts.join(""),
  });
}

function numberAt(one: ConcurrencyCase, pointer: string): number {
  let value: unknown = one;
  for (const key of pointer.split("/").slice(1)) value = (value as Record<string, unknown>)[key];
  return value as number;
}
