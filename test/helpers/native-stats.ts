import type { NativeStats } from "../../lib/native.js";
import { NO_STATS } from "../../lib/stats.js";

/** Counters and times that are 0 unless given. */
export function nativeStats(given: Partial<NativeStats>): NativeStats {
  return { ...NO_STATS, ...given };
}
