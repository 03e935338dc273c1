import type { PullProgress } from "../index.js";
import { duration, megabytes } from "./sizes.js";

const EVERY_MS = 100;

/** A line on stderr, on terminals only: the file, how much of it is there, how fast it comes and how long that takes. */
export function pullProgress() {
  const { stderr } = process;
  let file = "";
  let from = { at: 0, bytes: 0 };
  let shown = 0;
  return {
    update(progress: PullProgress): void {
      if (!stderr.isTTY) return;
      const now = Date.now();
      const name =
        progress.stage === "convert" ? progress.repository : `${progress.repository}/${progress.file}`;
      // What was there before this run says nothing about its speed; nor does what was thrown away.
      if (name !== file || (progress.stage === "download" && progress.bytes < from.bytes))
        from = { at: now, bytes: progress.stage === "convert" ? 0 : progress.bytes };
      else if (now - shown < EVERY_MS) return;
      file = name;
      shown = now;
      const [before, after] =
        progress.stage === "convert"
          ? ["Converting ", ` ${Math.round(progress.fraction * 100)}%`]
          : ["", ` ${describe(progress, from, now)}`];
      const room = (stderr.columns || 80) - 1 - before.length - after.length;
      stderr.write(`\r\x1b[K${before}${shortened(name, room)}${after}`);
    },
    end(): void {
      if (shown > 0) stderr.write("\r\x1b[K");
      shown = 0;
    },
  };
}

/** The end of a name says more than its beginning. */
function shortened(name: string, room: number): string {
  return name.length <= room ? name : `…${name.slice(name.length - Math.max(0, room - 1))}`;
}

function describe(
  { bytes, total }: { bytes: number; total: number },
  from: { at: number; bytes: number },
  now: number,
): string {
  const perMs = (bytes - from.bytes) / (now - from.at);
  const rate = perMs > 0 ? `, ${megabytes(perMs * 1000)}/s, ${duration((total - bytes) / perMs)} left` : "";
  return `${megabytes(bytes)} of ${megabytes(total)}${rate}`;
}
