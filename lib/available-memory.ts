import { readFileSync } from "node:fs";
import { freemem } from "node:os";

/** Of version 2; containers see their own group there. */
const GROUP = "/sys/fs/cgroup/";

/**
 * Bytes that this process can still take: what the system would give without swapping, or less where a container's limit comes
 * first. Files in the page cache, a model's own among them, count as free: they make room.
 */
export function availableMemory(): number {
  const limit = process.constrainedMemory();
  // Without a limit it is 0, or beyond any machine.
  if (!(limit > 0 && limit < Number.MAX_SAFE_INTEGER)) return freemem();
  return Math.max(0, Math.min(freemem(), limit - groupMemory()));
}

function groupMemory(): number {
  try {
    const used = Number(readFileSync(`${GROUP}memory.current`, "utf8"));
    const files = [...readFileSync(`${GROUP}memory.stat`, "utf8").matchAll(/^(?:in)?active_file (\d+)$/gm)];
    return files.reduce((rest, [, bytes]) => rest - Number(bytes), used);
  } catch {
    return process.memoryUsage.rss();
  }
}
