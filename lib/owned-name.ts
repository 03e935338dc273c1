import { randomBytes } from "node:crypto";
import { hostname } from "node:os";
import { isRunning } from "./is-running.js";

const HOST = hostname().replace(/[^\w-]/g, "-");
/**
 * Who works on a file writes or touches it more often than this. Processes of other machines cannot be asked whether they live, nor
 * one that lives whether its worker does.
 */
const STALE_MS = 150_000;

/** A name for a file that is still being written: it says by whom, and nobody else has the same. */
export function ownedName(path: string, ending: string): string {
  return `${path}.${HOST}.${process.pid}-${randomBytes(4).toString("hex")}${ending}`;
}

/** The file that is written under such a name; undefined where it is none. */
export function ownedFile(name: string, ending: string): string | undefined {
  return parts(name, ending)[1];
}

/** Whether the process that gave a file such a name still works on it. `changedMs`: when the file was last written. */
export function isOwned(name: string, ending: string, changedMs: number): boolean {
  const [, , host, id] = parts(name, ending);
  if (host === undefined || Date.now() - changedMs > STALE_MS) return false;
  if (host !== HOST) return true;
  const pid = Number(id);
  // In a container each start may have the same number.
  if (pid === process.pid) return changedMs > Date.now() - process.uptime() * 1000;
  return isRunning(pid);
}

/** Behind the whole: the file, its writer's machine and process. */
function parts(name: string, ending: string): readonly string[] {
  if (!name.endsWith(ending)) return [];
  return /^(.+)\.([\w-]+)\.(\d+)-[0-9a-f]{8}$/s.exec(name.slice(0, -ending.length)) ?? [];
}
