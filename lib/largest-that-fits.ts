import type { MemoryEstimate } from "./memory-types.js";

/** What a choice leaves of a device: estimates err, and other programs want something, too. */
const RESERVE = { share: 0.1, most: 2 ** 30 };

/** Sizes to choose among: `smallest`, and beyond it multiples of `step`. */
export interface Sizes {
  smallest: number;
  largest: number;
  step: number;
}

/** The estimate of the largest size that fits and leaves a reserve; of the smallest where none does. */
export async function largestThatFits(
  { smallest, largest, step }: Sizes,
  estimateAt: (size: number) => Promise<MemoryEstimate>,
): Promise<MemoryEstimate> {
  const most = await estimateAt(largest);
  if (leavesReserve(most) || largest <= smallest) return most;
  const least = await estimateAt(smallest);
  if (!leavesReserve(least)) return least;
  // All of it grows in a straight line, but for the rounding of buffers.
  const rooms = most.devices.map(({ name, bytes, free }) => {
    const before = least.devices.find((device) => device.name === name)?.bytes ?? 0;
    const each = (bytes - before) / (largest - smallest);
    return each > 0 ? (free - reserveOf(free) - before) / each : largest;
  });
  let size = Math.min(largest, smallest + Math.min(...rooms));
  for (; size >= smallest + step; size -= step) {
    const estimate = await estimateAt(Math.floor(size / step) * step);
    if (leavesReserve(estimate)) return estimate;
  }
  return least;
}

export function leavesReserve({ devices }: MemoryEstimate): boolean {
  return devices.every(({ bytes, free }) => bytes <= free - reserveOf(free));
}

function reserveOf(free: number): number {
  return Math.min(free * RESERVE.share, RESERVE.most);
}
