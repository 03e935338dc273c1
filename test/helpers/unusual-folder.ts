import { mkdirSync, realpathSync } from "node:fs";
import { join } from "node:path";
import type { Test } from "tap";

/** Spaces, quotes, what URLs and shells take for more than letters, and letters beyond every code page. */
export const UNUSUAL = "die Füchse's 狐 🦊 %20 #1 & $HOME [x]";

/** A folder of that name for this test. */
export function unusualFolder(t: Test): string {
  const folder = join(realpathSync(t.testdir()), UNUSUAL);
  mkdirSync(folder);
  return folder;
}
