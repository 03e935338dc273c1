import { freemem } from "node:os";
import { groupMemory } from "./linux.js";

/**
 * Bytes that this process can still take: what the system would give without swapping, or less where a container's limit comes
 * first. Files in the page cache, a model's own among them, count as free: they make room.
 */
export function availableMemory(): number {
  const limit = process.constrainedMemory();
  // Without a limit it is 0, or beyond any machine.
  if (!(limit > 0 && limit < Number.MAX_SAFE_INTEGER)) return freemem();
  const taken = groupMemory() ?? process.memoryUsage.rss();
  return Math.max(0, Math.min(freemem(), limit - taken));
}
