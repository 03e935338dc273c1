import { median, quantile } from "../median.js";
import type { Times } from "./concurrency-types.js";
import type { Stream } from "./streams.js";

export interface Gaps {
  /** Milliseconds between two pieces of a stream, while no other request arrived. */
  quiet: number[];
  /** The same of gaps within which another request had been asked for and had given nothing yet. */
  arriving: number[];
}

/** The gaps of a run's streams. */
export function gapsOf(streams: readonly Stream[]): Gaps {
  const quiet: number[] = [];
  const arriving: number[] = [];
  for (const stream of streams) {
    const others = streams.flatMap(({ asked, pieces: [first] }, i) =>
      streams[i] === stream || first === undefined ? [] : [[asked, first] as const],
    );
    for (const [i, until] of stream.pieces.entries()) {
      const since = stream.pieces[i - 1];
      if (since === undefined) continue;
      const meets = others.some(([asked, first]) => asked < until && first > since);
      (meets ? arriving : quiet).push(until - since);
    }
  }
  return { quiet, arriving };
}

/** What arrivals add to a usual gap; null where there is nothing to compare. */
export function addedBy({ quiet, arriving }: Gaps): Times | null {
  if (arriving.length === 0 || quiet.length === 0) return null;
  const usual = median(quiet);
  return timesOf(arriving.map((gap) => gap - usual));
}

export function timesOf(values: readonly number[]): Times {
  return { median: median(values), p95: quantile(values, 0.95) };
}
