/** What Linux says in files, which other systems do not have. */
import { readFileSync } from "node:fs";

/** Of version 2; containers see their own group there. */
const GROUP = "/sys/fs/cgroup/";

/** Bytes that the control group has taken, without the files in its page cache; null where nothing says so. */
export function groupMemory(): number | null {
  try {
    const used = Number(readFileSync(`${GROUP}memory.current`, "utf8"));
    const files = [...readFileSync(`${GROUP}memory.stat`, "utf8").matchAll(/^(?:in)?active_file (\d+)$/gm)];
    return files.reduce((rest, [, bytes]) => rest - Number(bytes), used);
  } catch {
    return null;
  }
}

/** Whether a process has ended and is only waited for: until its parent asks how, signals reach it as if it ran. */
export function isZombie(pid: number): boolean {
  try {
    return /^State:\t[ZX]/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}
