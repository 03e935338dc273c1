const PATIENCE_MS = 1000;

/** A progress line on stderr, shown on terminals only and not for what is quick. */
export function loadingProgress(label: string) {
  const { stderr } = process;
  const started = Date.now();
  let shown = false;
  return {
    update(fraction: number): void {
      if (!stderr.isTTY || Date.now() - started < PATIENCE_MS) return;
      shown = true;
      stderr.write(`\r${label} ${Math.round(fraction * 100)}%`);
    },
    end(): void {
      if (shown) stderr.write("\r\x1b[K");
    },
  };
}

const EVERY_MS = 10_000;

/** What is being done, on stderr: a line that rewrites itself on a terminal, elsewhere a line now and then. */
export function statusLine() {
  const { stderr } = process;
  const started = Date.now();
  let last = started;
  return {
    update(text: string): void {
      const line = `${text} (${Math.round((Date.now() - started) / 1000)} s)`;
      if (stderr.isTTY) stderr.write(`\r\x1b[K${line.slice(0, (stderr.columns || 80) - 1)}`);
      else if (Date.now() - last >= EVERY_MS) {
        last = Date.now();
        stderr.write(`${line}\n`);
      }
    },
    end(): void {
      if (stderr.isTTY) stderr.write("\r\x1b[K");
    },
  };
}
